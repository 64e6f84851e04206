package io.insula.inference.schedule;

import io.insula.inference.decode.ChoiceDecoder;
import io.insula.inference.decode.ChoiceHistory;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One attempt's life between its admission and its end: what it has sent, used and waited for. */
final class ScheduledStream {

    private static final long NEVER = Long.MIN_VALUE;

    private final StreamRequest request;
    private final int[] prompt;
    private final Choice choice;
    private int prefilled;
    private int sequence;
    private long startedNanos = NEVER;
    private long firstTokenNanos = NEVER;

    ScheduledStream(StreamRequest request, ChatTokenizer tokenizer) {
        this.request = request;
        this.prompt = request.prompt().toArray();
        this.choice = new Choice(
                this,
                0,
                new ChoiceDecoder(tokenizer, request.command().stop(), request.maxTokens()),
                ChoiceHistory.after(
                        request.prompt(), request.command().sampling().penalties()));
    }

    RequestId id() {
        return request.command().request();
    }

    int attempt() {
        return request.command().attempt();
    }

    GenerateCommand command() {
        return request.command();
    }

    Choice choice() {
        return choice;
    }

    int[] prompt() {
        return prompt;
    }

    int prefilled() {
        return prefilled;
    }

    int maxTokens() {
        return request.maxTokens();
    }

    /** Whether it has nothing to say yet: it waits, is being prefilled or replays. */
    boolean silent() {
        return prefilled < prompt.length || choice.replays();
    }

    void prefilled(int tokens) {
        prefilled += tokens;
    }

    /** It got its slot. */
    void start(long now) {
        startedNanos = now;
    }

    boolean started() {
        return startedNanos != NEVER;
    }

    long waitedNanos() {
        return startedNanos - request.admittedNanos();
    }

    long servedNanos(long now) {
        return now - startedNanos;
    }

    /** Notes a sampled token; true for the first one. */
    boolean firstToken(long now) {
        if (firstTokenNanos != NEVER) {
            return false;
        }
        firstTokenNanos = now;
        return true;
    }

    long sinceAdmissionNanos(long now) {
        return now - request.admittedNanos();
    }

    StreamDelta delta(int index, TokenIds tokens, String text, @Nullable FinishReason finish) {
        return new StreamDelta(id(), attempt(), sequence++, index, tokens, text, finish);
    }

    StreamProgress progress() {
        return new StreamProgress(id(), attempt(), prefilled);
    }

    StreamEnd end(Outcome outcome, @Nullable String error, long now) {
        long total = sinceAdmissionNanos(now);
        return new StreamEnd(
                id(),
                attempt(),
                sequence++,
                outcome,
                error,
                new Usage(prompt.length, choice.tokens(), 0),
                new Timings(
                        micros(started() ? waitedNanos() : total),
                        firstTokenNanos == NEVER ? 0 : micros(sinceAdmissionNanos(firstTokenNanos)),
                        micros(total)));
    }

    private static long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos);
    }
}
