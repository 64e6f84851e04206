package io.insula.api.dispatch;

import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the HTTP side knows of one generation between its dispatch and its end. */
final class RunningStream {

    final Generation generation;
    final StreamListener listener;
    final long startedNanos;
    final Set<NodeId> tried = new HashSet<>(4);

    int attempt = -1;

    @Nullable
    NodeId node;

    String fingerprint = "";
    /** Milliseconds the refusing engines asked to wait, the shortest; 0 while none did. */
    int retryAfterMillis;

    boolean overloaded;
    boolean admitted;
    int promptTokens;
    int nextSequence;

    long heardNanos;
    long firstTokenNanos;
    boolean leaving;
    long leavingDeadlineNanos;
    boolean touched;

    private final List<RunningChoice> choices;

    RunningStream(Generation generation, StreamListener listener, long nowNanos) {
        this.generation = generation;
        this.listener = listener;
        this.startedNanos = nowNanos;
        this.heardNanos = nowNanos;
        this.choices = Stream.generate(RunningChoice::new)
                .limit(generation.output().choices())
                .toList();
    }

    /** One choice, or null where there is none of this index. */
    @Nullable
    RunningChoice choice(int index) {
        return index < choices.size() ? choices.get(index) : null;
    }

    /** The tokens of each choice that were delivered. */
    List<TokenIds> delivered() {
        return choices.stream().map(RunningChoice::delivered).toList();
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

    Usage usageSoFar() {
        return new Usage(
                promptTokens, choices.stream().mapToInt(RunningChoice::tokens).sum(), 0);
    }

    Timings timingsAt(long nowNanos) {
        return new Timings(0, micros(firstTokenNanos), micros(nowNanos));
    }

    private long micros(long nanos) {
        return nanos == 0 ? 0 : Duration.ofNanos(nanos - startedNanos).toNanos() / 1000;
    }
}
