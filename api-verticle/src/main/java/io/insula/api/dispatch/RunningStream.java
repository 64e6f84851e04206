package io.insula.api.dispatch;

import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
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

    @Nullable
    FinishReason finish;

    long heardNanos;
    long firstTokenNanos;
    boolean leaving;
    long leavingDeadlineNanos;
    boolean touched;

    private int[] tokens = {};
    private int tokenCount;

    RunningStream(Generation generation, StreamListener listener, long nowNanos) {
        this.generation = generation;
        this.listener = listener;
        this.startedNanos = nowNanos;
        this.heardNanos = nowNanos;
    }

    /** Keeps the ids of delivered tokens: an engine that takes the stream over replays them. */
    void append(TokenIds ids) {
        int more = ids.size();
        if (tokens.length - tokenCount < more) {
            tokens = Arrays.copyOf(tokens, Math.max(tokenCount * 2, tokenCount + more + 16));
        }
        for (int i = 0; i < more; i++) {
            tokens[tokenCount++] = ids.get(i);
        }
    }

    TokenIds delivered() {
        return TokenIds.of(Arrays.copyOf(tokens, tokenCount));
    }

    Usage usageSoFar() {
        return new Usage(promptTokens, tokenCount, 0);
    }

    Timings timingsAt(long nowNanos) {
        return new Timings(0, micros(firstTokenNanos), micros(nowNanos));
    }

    private long micros(long nanos) {
        return nanos == 0 ? 0 : Duration.ofNanos(nanos - startedNanos).toNanos() / 1000;
    }
}
