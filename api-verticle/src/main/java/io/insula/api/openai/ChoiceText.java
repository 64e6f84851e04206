package io.insula.api.openai;

import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenScores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what one choice says.
 *
 * <p><b>Thread:</b> one at a time.
 */
public final class ChoiceText {

    private static final int SCORE_CHARS = 128;

    private final int index;
    private final StringBuilder text = new StringBuilder();
    private final List<TokenScores> scores = new ArrayList<>();
    private double logProbability;
    private @Nullable FinishReason finish;

    public ChoiceText(int index) {
        this.index = index;
    }

    /** Takes what came; a token without bytes is no part of the answer, though of its probability. */
    public void append(String more, List<TokenScores> moreScores, @Nullable FinishReason reason) {
        text.append(more);
        for (TokenScores position : moreScores) {
            logProbability += position.chosen().logProbability();
            if (!position.chosen().bytes().isEmpty()) {
                scores.add(position);
            }
        }
        if (reason != null) {
            finish = reason;
        }
    }

    /**
     * The choices with the largest sum of their tokens' log-probabilities, the best first; all of them in their own order
     * when no choice is left out.
     *
     * <p><b>Source:</b> vLLM's {@code best_of}: candidates are ordered by their cumulative log-probability.
     */
    public static List<ChoiceText> best(List<ChoiceText> candidates, int choices) {
        return candidates.size() == choices
                ? candidates
                : candidates.stream()
                        .sorted(Comparator.comparingDouble((ChoiceText candidate) -> -candidate.logProbability))
                        .limit(choices)
                        .toList();
    }

    public int index() {
        return index;
    }

    public StringBuilder text() {
        return text;
    }

    /** Of the tokens that have text. */
    public List<TokenScores> scores() {
        return scores;
    }

    /** Why it ended; null while it runs. */
    public @Nullable FinishReason finish() {
        return finish;
    }

    /** Roughly how many characters it takes to write the text and these log-probabilities. */
    public int weight() {
        int alternatives = scores.isEmpty() ? 0 : 1 + scores.getFirst().top().size();
        return text.length() + scores.size() * alternatives * SCORE_CHARS;
    }
}
