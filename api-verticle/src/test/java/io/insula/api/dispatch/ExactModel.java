package io.insula.api.dispatch;

import io.insula.protocol.RequestId;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What every engine of a fleet computes: an answer follows from request and choice alone, and its text from its tokens, some
 * of which hold theirs back until the next.
 */
final class ExactModel {

    static final int PROMPT = 5;

    private ExactModel() {}

    static int length(RequestId request, int choice) {
        return 1 + (int) Long.remainderUnsigned(hash(request, choice, -1), 40);
    }

    static FinishReason finish(RequestId request, int choice) {
        return hash(request, choice, -2) < 0 ? FinishReason.STOP : FinishReason.LENGTH;
    }

    static int token(RequestId request, int choice, int index) {
        return (int) Long.remainderUnsigned(hash(request, choice, index), 26);
    }

    static TokenIds tokens(RequestId request, int choice, int count) {
        return TokenIds.of(IntStream.range(0, count)
                .map(index -> token(request, choice, index))
                .toArray());
    }

    /** The text that is certain after so many tokens. */
    static String text(RequestId request, int choice, int count) {
        int certain = count;
        while (count < length(request, choice) && certain > 0 && holdsBack(token(request, choice, certain - 1))) {
            certain--;
        }
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < certain; index++) {
            text.append((char) ('a' + token(request, choice, index)));
        }
        return text.toString();
    }

    /** Of the prompt's tokens from that index on. */
    static List<TokenScores> scores(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> new TokenScores(new ScoredToken(i, -i, 1, TokenBytes.of(new byte[0])), List.of()))
                .toList();
    }

    private static boolean holdsBack(int token) {
        return token % 3 == 0;
    }

    private static long hash(RequestId request, int choice, int index) {
        return Rendezvous.mix(Rendezvous.mix(request.value().getLeastSignificantBits() ^ choice) + index);
    }
}
