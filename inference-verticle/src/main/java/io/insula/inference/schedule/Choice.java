package io.insula.inference.schedule;

import io.insula.inference.decode.ChoiceDecoder;
import io.insula.inference.decode.ChoiceHistory;
import io.insula.inference.decode.Sampler;
import io.insula.inference.engine.StepLogits;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import org.jspecify.annotations.Nullable;

/** One answer of a stream: the row that it holds in a decode step. */
final class Choice {

    private final ScheduledStream stream;
    private final int index;
    private final ChoiceDecoder decoder;
    private final ChoiceHistory history;
    private int replayed;
    private int next;
    private long lastTokenNanos;
    private boolean finished;
    private boolean parked;
    private int turns;

    Choice(ScheduledStream stream, int index, ChoiceDecoder decoder, ChoiceHistory history) {
        this.stream = stream;
        this.index = index;
        this.decoder = decoder;
        this.history = history;
    }

    ScheduledStream stream() {
        return stream;
    }

    int index() {
        return index;
    }

    /** Tokens it has, replayed ones included. */
    int tokens() {
        return decoder.tokens();
    }

    /** Those of its tokens that are reasoning. */
    int reasoningTokens() {
        return decoder.reasoningTokens();
    }

    /** The token that its next decode row appends. */
    int next() {
        return next;
    }

    /** Whether its next token is known from an earlier attempt, not sampled. */
    boolean replays() {
        return replayed < resumeTokens().size();
    }

    /** Takes the next known token; its text was delivered by an earlier attempt. */
    @Nullable
    FinishReason replay() {
        return take(resumeTokens().get(replayed++)).finish();
    }

    /** Draws its next token, or takes the one that alone may come: it counts as drawn. */
    int sample(Sampler sampler, StepLogits logits, int row) {
        int only = decoder.only();
        return only >= 0
                ? only
                : sampler.sample(logits, row, stream.command().sampling(), history, decoder.next(), index);
    }

    ChoiceDecoder.Step take(int token) {
        next = token;
        history.add(token);
        ChoiceDecoder.Step step = decoder.accept(token);
        finished = step.finish() != null;
        return step;
    }

    /** Whether it has its finish reason. */
    boolean finished() {
        return finished;
    }

    /** Whether it waits for a slot with a copy of its keys and values. */
    boolean parked() {
        return parked;
    }

    void park() {
        parked = true;
    }

    void unpark() {
        parked = false;
        turns = 0;
    }

    /** Steps that it was part of since it got its slot. */
    int turns() {
        return turns;
    }

    void countTurn() {
        turns++;
    }

    /** Time since its previous sampled token; notes this one. */
    long sinceLastTokenNanos(long now) {
        long since = now - lastTokenNanos;
        lastTokenNanos = now;
        return since;
    }

    private TokenIds resumeTokens() {
        return stream.command().resumeTokens(index);
    }
}
