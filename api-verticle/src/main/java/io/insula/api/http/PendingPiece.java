package io.insula.api.http;

import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerPart;
import io.insula.api.openai.AnswerWriter;
import io.insula.protocol.TokenScores;
import java.util.ArrayList;
import java.util.List;

/**
 * What one part of a choice has yet to tell: text, and log-probabilities of tokens that came with it.
 *
 * <p><b>Thread:</b> the event loop of the response.
 */
final class PendingPiece {

    private static final int SCORE_CHARS = 128;
    private static final int CALL_CHARS = 64;

    private final StringBuilder text = new StringBuilder();
    private final List<TokenScores> scores = new ArrayList<>();
    private AnswerPart part;
    private boolean untold;

    PendingPiece(AnswerPart part) {
        this.part = part;
        this.untold = part instanceof AnswerPart.CallStart;
    }

    AnswerPart part() {
        return part;
    }

    void append(String more) {
        text.append(more);
    }

    /** A token without bytes is no part of the answer. */
    void append(List<TokenScores> moreScores) {
        for (TokenScores position : moreScores) {
            if (!position.chosen().bytes().isEmpty()) {
                scores.add(position);
            }
        }
    }

    boolean isTold() {
        return !untold && text.isEmpty() && scores.isEmpty();
    }

    /** Roughly how many characters are to be told. */
    long chars() {
        return text.length() + startChars() + (long) scores.size() * scoreChars();
    }

    /**
     * Tells as much as there is room for.
     *
     * @param most characters, roughly
     * @return how many were told, roughly; 0 when there was no room for anything
     */
    int write(JsonBytes out, AnswerWriter writer, int choice, int most) {
        int start = startChars();
        if (start > most && most < PendingChoice.MAX_PIECE_CHARS) {
            return 0;
        }
        int room = most - start;
        int chars = piece(room);
        List<TokenScores> told = scores.subList(0, Math.clamp((room - chars) / scoreChars(), 0, scores.size()));
        int written = start + chars + told.size() * scoreChars();
        if (written == 0) {
            return 0;
        }
        writer.delta(out, choice, part, text, chars, told);
        text.delete(0, chars);
        told.clear();
        if (part instanceof AnswerPart.CallStart call) {
            part = new AnswerPart.CallArguments(call.index());
            untold = false;
        }
        return written;
    }

    /** Never half of a surrogate pair. */
    private int piece(int most) {
        if (text.length() <= most) {
            return text.length();
        }
        return most > 0 && Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : Math.max(most, 0);
    }

    private int startChars() {
        return untold && part instanceof AnswerPart.CallStart call
                ? CALL_CHARS + call.id().length() + call.name().length()
                : 0;
    }

    private int scoreChars() {
        return scores.isEmpty() ? 1 : SCORE_CHARS * (1 + scores.getFirst().top().size());
    }
}
