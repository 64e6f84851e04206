package io.insula.inference.schedule;

import io.insula.inference.decode.CallIds;
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
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One attempt's life between its admission and its end: what it has sent, used and waited for. */
final class ScheduledStream {

    private static final long NEVER = Long.MIN_VALUE;

    /** More than an engine sees arrive in its life. */
    private static final long FIRST_OF_THE_UNINTERRUPTED = 1L << 62;

    private final StreamRequest request;
    private final int[] prompt;
    private final List<Choice> choices;
    private final long ordinal;
    private @Nullable PrefixLease prefix;
    private int prefilled;
    private int cached;
    private int sequence;
    private long startedNanos = NEVER;
    private long firstTokenNanos = NEVER;

    /**
     * @param ordinal its place in the order of arrival
     */
    ScheduledStream(StreamRequest request, ChatTokenizer tokenizer, long ordinal) {
        this.request = request;
        this.ordinal = interrupted(request.command()) ? ordinal - FIRST_OF_THE_UNINTERRUPTED : ordinal;
        this.prompt = request.prompt().toArray();
        this.choices = choices(tokenizer);
    }

    private List<Choice> choices(ChatTokenizer tokenizer) {
        ChoiceHistory history =
                ChoiceHistory.after(request.prompt(), command().sampling().penalties());
        return IntStream.range(0, command().output().choices())
                .mapToObj(index -> new Choice(
                        this,
                        index,
                        new ChoiceDecoder(
                                tokenizer,
                                request.plan(),
                                new CallIds(id(), index),
                                command().stop(),
                                request.maxTokens()),
                        index == 0 ? history : history.anotherChoice()))
                .toList();
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

    TenantId tenant() {
        return command().tenant();
    }

    /** The tenant's share of the engine, relative to the other tenants'. */
    double weight() {
        return command().weight();
    }

    /** Whether another engine began the answer: its client has seen a part and waits for the rest. */
    private static boolean interrupted(GenerateCommand command) {
        return command.resumeTokens().stream().anyMatch(tokens -> tokens.size() > 0);
    }

    /** Its place in its tenant's line: in the order of arrival, but interrupted answers before those that did not begin. */
    long ordinal() {
        return ordinal;
    }

    List<Choice> choices() {
        return choices;
    }

    /** The choice that holds the prompt's slot until the others join it. */
    Choice first() {
        return choices.getFirst();
    }

    /** Whether its choices can take tokens. */
    boolean prompted() {
        return prefilled == prompt.length;
    }

    /** Whether every choice has its finish reason. */
    boolean finished() {
        return choices.stream().allMatch(Choice::finished);
    }

    /** Whether it needs slots that it has not. */
    boolean waits() {
        return !started() || choices.stream().anyMatch(Choice::parked);
    }

    /** Slots that it can begin with: one for each choice of a prompt, as far as there are as many, one for a parked choice. */
    int slotsWanted(int all) {
        return prompted() ? 1 : Math.min(all, choices.size());
    }

    /** Tokens of KV cache that it may come to: prompt and longest answer, for each choice. */
    int kvTokens() {
        return request.kvTokens();
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
        return !prompted() || waits() || choices.stream().anyMatch(Choice::replays);
    }

    void prefilled(int tokens) {
        prefilled += tokens;
    }

    /** Takes over the beginning of its prompt that is known already. */
    void hold(PrefixLease lease) {
        prefix = lease;
        cached = lease.tokens();
        prefilled = cached;
    }

    int cached() {
        return cached;
    }

    @Nullable
    PrefixLease prefix() {
        return prefix;
    }

    void letGoOfPrefix() {
        if (prefix != null) {
            prefix.close();
            prefix = null;
        }
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

    /** What a token brought of a choice. */
    StreamDelta delta(int index, TokenIds tokens, ChoiceDecoder.Step step, List<TokenScores> scores) {
        return new StreamDelta(
                id(),
                attempt(),
                sequence++,
                index,
                tokens,
                step.text(),
                step.reasoning(),
                step.toolCalls(),
                step.finish(),
                scores);
    }

    /** A choice that ended with the last of the tokens that it replayed. */
    StreamDelta ended(int index, FinishReason finish) {
        return delta(index, TokenIds.EMPTY, new ChoiceDecoder.Step("", finish), List.of());
    }

    /** Scores of prompt tokens from that index on. */
    StreamPrompt promptScores(int from, List<TokenScores> scores) {
        return new StreamPrompt(id(), attempt(), sequence++, from, scores);
    }

    /** Whether its deadline has passed. */
    boolean expired(long now) {
        int millis = command().deadlineMillis();
        return millis > 0 && sinceAdmissionNanos(now) >= TimeUnit.MILLISECONDS.toNanos(millis);
    }

    StreamProgress progress() {
        return new StreamProgress(id(), attempt(), prefilled, cached);
    }

    StreamEnd end(Outcome outcome, @Nullable String error, long now) {
        long total = sinceAdmissionNanos(now);
        return new StreamEnd(
                id(),
                attempt(),
                sequence++,
                outcome,
                error,
                new Usage(
                        prompt.length,
                        choices.stream().mapToInt(Choice::tokens).sum(),
                        cached,
                        choices.stream().mapToInt(Choice::reasoningTokens).sum()),
                new Timings(
                        micros(started() ? waitedNanos() : total),
                        firstTokenNanos == NEVER ? 0 : micros(sinceAdmissionNanos(firstTokenNanos)),
                        micros(total)));
    }

    private static long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos);
    }
}
