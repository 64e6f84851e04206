package io.insula.launcher.failover;

import io.insula.api.dispatch.StreamListener;
import io.insula.api.dispatch.StreamSummary;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenScores;
import io.insula.protocol.ToolCallDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Everything that a client is told of one answer, as far as it may not depend on what becomes of engines. */
final class Transcript implements StreamListener {

    /** A whole answer; equal answers are equal bit for bit. */
    record Answer(List<TokenScores> prompt, List<Choice> choices, String result, Usage usage) {}

    /** One of its choices. */
    record Choice(
            List<Integer> tokens,
            String text,
            String reasoning,
            List<ToolCallDelta> calls,
            List<TokenScores> scores,
            List<FinishReason> finishes) {}

    private static final class Told {
        private final List<Integer> tokens = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final List<ToolCallDelta> calls = new ArrayList<>();
        private final List<TokenScores> scores = new ArrayList<>();
        private final List<FinishReason> finishes = new ArrayList<>();

        private Choice choice() {
            return new Choice(tokens, text.toString(), reasoning.toString(), calls, scores, finishes);
        }
    }

    private final List<Told> choices;
    private final List<TokenScores> prompt = new ArrayList<>();
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private int attempts;
    private boolean approximate;

    Transcript(int choices) {
        this.choices = IntStream.range(0, choices).mapToObj(i -> new Told()).toList();
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    int attempts() {
        return attempts;
    }

    /** Whether an engine went on that was not equal to the one before. */
    boolean approximate() {
        return approximate;
    }

    @Override
    public void admitted(String fingerprint) {
        // Nobody is told yet.
    }

    @Override
    public void approximated(String fingerprint) {
        approximate = true;
    }

    @Override
    public void prompt(List<TokenScores> scores) {
        prompt.addAll(scores);
    }

    @Override
    public void delta(StreamDelta delta) {
        Told told = choices.get(delta.choice());
        for (int token : delta.tokens().toArray()) {
            told.tokens.add(token);
        }
        told.text.append(delta.text());
        told.reasoning.append(delta.reasoning());
        told.calls.addAll(delta.toolCalls());
        told.scores.addAll(delta.scores());
        if (delta.finish() != null) {
            told.finishes.add(delta.finish());
        }
    }

    @Override
    public void flush() {
        // Nobody waits for parts.
    }

    @Override
    public void ended(StreamSummary summary) {
        attempts = summary.admittedAttempts();
        answer.complete(new Answer(
                prompt,
                choices.stream().map(Told::choice).toList(),
                summary.result().toString(),
                summary.usage()));
    }
}
