package io.insula.api.openai;

import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenScores;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolCallDelta;
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
    private static final int CALL_CHARS = 192;

    private final int index;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<CallText> calls = new ArrayList<>();
    private final List<TokenScores> scores = new ArrayList<>();
    private double logProbability;
    private @Nullable FinishReason finish;

    public ChoiceText(int index) {
        this.index = index;
    }

    /** Takes what came; a token without bytes is no part of the answer, though of its probability. */
    public void append(StreamDelta delta) {
        text.append(delta.text());
        reasoning.append(delta.reasoning());
        for (ToolCallDelta call : delta.toolCalls()) {
            if (call.starts()) {
                calls.add(new CallText(call.id(), call.name(), new StringBuilder()));
            } else {
                calls.get(call.index()).arguments().append(call.arguments());
            }
        }
        for (TokenScores position : delta.scores()) {
            logProbability += position.chosen().logProbability();
            if (!position.chosen().bytes().isEmpty()) {
                scores.add(position);
            }
        }
        if (delta.finish() != null) {
            finish = delta.finish();
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

    /** What was thought before the text. */
    public StringBuilder reasoning() {
        return reasoning;
    }

    public List<ToolCall> calls() {
        return calls.stream()
                .map(call ->
                        new ToolCall(call.id(), call.name(), call.arguments().toString()))
                .toList();
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
        int called = calls.stream()
                .mapToInt(call -> CALL_CHARS + call.arguments().length())
                .sum();
        return text.length() + reasoning.length() + called + scores.size() * alternatives * SCORE_CHARS;
    }

    private record CallText(String id, String name, StringBuilder arguments) {}
}
