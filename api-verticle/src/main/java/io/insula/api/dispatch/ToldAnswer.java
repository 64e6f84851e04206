package io.insula.api.dispatch;

import io.insula.protocol.ModelStatus;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a client was told of an answer, by whichever engines, and what the next engine has to know to go on with it.
 *
 * <p>An engine goes on exactly where its fingerprint is that of the engine before and its context is not shorter than the
 * answer may need: then the answer is bit for bit the undisturbed one.
 */
final class ToldAnswer {

    private final Generation generation;
    private final long startedNanos;
    private final List<RunningChoice> choices;
    private int promptTokens;
    private int promptScores;
    private int cachedTokens;
    private boolean begun;
    private long firstTokenNanos;
    private String fingerprint = "";
    private int contextTokens;

    ToldAnswer(Generation generation, long startedNanos) {
        this.generation = generation;
        this.startedNanos = startedNanos;
        this.choices = Stream.generate(RunningChoice::new)
                .limit(generation.output().choices())
                .toList();
    }

    /** An engine took the prompt. */
    void admitted(int tokens) {
        // Zero where the model was not loaded yet and nobody knows.
        promptTokens = Math.max(promptTokens, tokens);
    }

    /** An engine works on it from now on, which is that. */
    void producedBy(String engineFingerprint, int engineContextTokens) {
        fingerprint = engineFingerprint;
        contextTokens = engineContextTokens;
    }

    /** What was not known of the engine while its model was loaded. */
    void learn(ModelStatus status) {
        if (fingerprint.isEmpty() && status.slots() > 0) {
            producedBy(Candidate.fingerprint(status), status.contextTokens());
        }
    }

    /** What the answer was computed with so far; empty while nobody knows. */
    String fingerprint() {
        return fingerprint;
    }

    /** Whether the client was told anything that another engine has to agree with. */
    boolean isTold() {
        return promptScores > 0 || choices.stream().anyMatch(choice -> choice.tokens() > 0);
    }

    /** Whether the engine goes on with the answer bit for bit. */
    boolean isContinuedBy(Candidate engine) {
        return !fingerprint.isEmpty()
                && engine.fingerprint().equals(fingerprint)
                && (engine.contextTokens() == contextTokens
                        || (promptTokens > 0 && engine.contextTokens() >= promptTokens + longest()));
    }

    /** Whether the engine can go on with the answer at all. */
    boolean isApproximatedBy(Candidate engine) {
        return Candidate.sameText(fingerprint, engine.fingerprint());
    }

    /** The tokens of each choice that were told; none when no token was. */
    List<TokenIds> delivered() {
        return choices.stream().allMatch(choice -> choice.tokens() == 0)
                ? List.of()
                : choices.stream().map(RunningChoice::delivered).toList();
    }

    /** When choices end, with what the first engine's context left of it: another's may be longer. */
    StopConditions stop() {
        StopConditions stop = generation.stop();
        if (promptTokens == 0 || contextTokens <= promptTokens || !isTold()) {
            return stop;
        }
        int most = longest();
        return stop.withMinTokens(0).withMaxTokens(most).withMinTokens(Math.min(stop.minTokens(), most));
    }

    private int longest() {
        int room = Math.max(1, contextTokens - promptTokens);
        int asked = generation.stop().maxTokens();
        return asked == 0 ? room : Math.min(asked, room);
    }

    /** One choice, or null where there is none of this index. */
    @Nullable
    RunningChoice choice(int index) {
        return index < choices.size() ? choices.get(index) : null;
    }

    /** The scores that the client has not been told yet, since each engine tells all. */
    List<TokenScores> news(StreamPrompt prompt) {
        int known = Math.clamp(
                promptScores + 1 - (long) prompt.from(), 0, prompt.scores().size());
        promptScores += prompt.scores().size() - known;
        return prompt.scores().subList(known, prompt.scores().size());
    }

    /** An engine works on the prompt, of which it knew that much: the first one's word counts. */
    void began(int cached) {
        if (!begun) {
            begun = true;
            cachedTokens = cached;
        }
    }

    void firstToken(long now) {
        if (firstTokenNanos == 0) {
            firstTokenNanos = now;
        }
    }

    /** How the whole ended: cut short when any choice was, else as it should; null while any choice runs. */
    @Nullable
    FinishReason finish() {
        FinishReason whole = FinishReason.STOP;
        for (RunningChoice choice : choices) {
            FinishReason finish = choice.finish();
            if (finish == null) {
                return null;
            }
            whole = finish == FinishReason.LENGTH ? finish : whole;
        }
        return whole;
    }

    /** What the client was told, where no engine says what it was. */
    Usage usageSoFar() {
        return new Usage(
                promptTokens, choices.stream().mapToInt(RunningChoice::tokens).sum(), cachedTokens);
    }

    /**
     * What an engine says at the end: it counts what others delivered, but of the prompt the first one's knowledge counts.
     *
     * @param alone whether no other engine worked on it
     */
    Usage usage(StreamEnd end, boolean alone) {
        Usage usage = end.usage();
        if (alone || !begun) {
            return usage;
        }
        return new Usage(usage.promptTokens(), usage.completionTokens(), cachedTokens, usage.reasoningTokens());
    }

    /** Where the time went, as far as the HTTP side knows. */
    Timings timingsAt(long now, long queuedMicros) {
        return new Timings(queuedMicros, firstTokenNanos == 0 ? 0 : micros(firstTokenNanos), micros(now));
    }

    private long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos - startedNanos);
    }
}
