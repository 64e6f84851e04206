package io.insula.api.http;

import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerWriter;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenScores;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one choice of a stream has yet to tell its client: merged while the client takes nothing, told in pieces.
 *
 * <p><b>Thread:</b> the event loop of the response.
 */
final class PendingChoice {

    /** How much goes into one event: a reader that is slow but reads is seen to take something. */
    static final int MAX_PIECE_CHARS = 16 << 10;

    private static final int SCORE_CHARS = 128;

    private final int index;
    private final StringBuilder text = new StringBuilder();
    private final List<TokenScores> scores = new ArrayList<>();
    private @Nullable FinishReason finish;
    private boolean roleWritten;
    private boolean finishWritten;

    PendingChoice(int index) {
        this.index = index;
    }

    /** Takes what came; a token without bytes is no part of the answer. */
    void append(String more, List<TokenScores> moreScores, @Nullable FinishReason reason) {
        text.append(more);
        for (TokenScores position : moreScores) {
            if (!position.chosen().bytes().isEmpty()) {
                scores.add(position);
            }
        }
        if (reason != null) {
            finish = reason;
        }
    }

    boolean isEmpty() {
        return text.isEmpty() && scores.isEmpty() && (finish == null || finishWritten);
    }

    /** Roughly how many characters are to be told. */
    long chars() {
        return text.length() + (long) scores.size() * scoreChars();
    }

    /** The role chunk once, then a piece, and the finish chunk once nothing else is left. */
    void write(JsonBytes out, AnswerWriter writer) {
        if (!roleWritten) {
            roleWritten = true;
            writer.role(out, index);
        }
        if (!text.isEmpty() || !scores.isEmpty()) {
            int chars = pieceChars();
            List<TokenScores> told = scores.subList(0, Math.min(scores.size(), MAX_PIECE_CHARS / scoreChars()));
            writer.delta(out, index, text, chars, told);
            text.delete(0, chars);
            told.clear();
        }
        if (finish != null && !finishWritten && text.isEmpty() && scores.isEmpty()) {
            finishWritten = true;
            writer.finish(out, index, finish);
        }
    }

    private int pieceChars() {
        if (text.length() <= MAX_PIECE_CHARS) {
            return text.length();
        }
        return Character.isHighSurrogate(text.charAt(MAX_PIECE_CHARS - 1)) ? MAX_PIECE_CHARS - 1 : MAX_PIECE_CHARS;
    }

    private int scoreChars() {
        return scores.isEmpty() ? 1 : SCORE_CHARS * (1 + scores.getFirst().top().size());
    }
}
