package io.insula.inference.schedule;

import java.time.Duration;

/**
 * The limits of one model's scheduler.
 *
 * @param prefillChunkTokens 2..8192; prompt tokens of one engine call at most; while streams run, chunks are as short as
 *     their pace asks for
 * @param queueStreams 1..100000; streams that may wait for a slot; every stream waits, if only until the next step
 * @param queueTokens 1 or more; tokens of prompts and longest answers that may wait; a single longer stream waits when
 *     nothing else does
 * @param restartDelay more than 0; how long after a failed start the engine is started again; longer while it goes on failing
 * @param stallTimeout more than 0; a step that takes this long, and several times what steps took of late, hangs
 * @param prefixBytes 0 or more; memory for the beginnings of prompts; 0 keeps none
 * @param preemptionBytes 0 or more; memory for streams that give their slot to another tenant, and for the prompts of requests
 *     for more choices than there are slots; 0: no stream ever does, the other tenant waits until one ends, and such requests
 *     are refused
 */
public record SchedulerConfig(
        int prefillChunkTokens,
        int queueStreams,
        int queueTokens,
        Duration restartDelay,
        Duration stallTimeout,
        long prefixBytes,
        long preemptionBytes) {

    /** Chunks of 64 cost a CPU what longer ones cost a token; the queue holds 256 of the starter model's longest streams. */
    public static final SchedulerConfig DEFAULT =
            new SchedulerConfig(64, 256, 524_288, Duration.ofSeconds(5), Duration.ofSeconds(3), 256L << 20, 512L << 20);

    private static final int MAX_CHUNK = 8_192;
    private static final int MAX_STREAMS = 100_000;

    public SchedulerConfig {
        if (prefillChunkTokens < 2 || prefillChunkTokens > MAX_CHUNK) {
            throw new IllegalArgumentException(
                    "prefillChunkTokens: " + prefillChunkTokens + " (expected: 2.." + MAX_CHUNK + ")");
        }
        if (queueStreams < 1 || queueStreams > MAX_STREAMS) {
            throw new IllegalArgumentException("queueStreams: " + queueStreams + " (expected: 1.." + MAX_STREAMS + ")");
        }
        if (queueTokens < 1) {
            throw new IllegalArgumentException("queueTokens: " + queueTokens + " (expected: >= 1)");
        }
        if (restartDelay.isNegative() || restartDelay.isZero()) {
            throw new IllegalArgumentException("restartDelay: " + restartDelay + " (expected: > 0)");
        }
        if (!stallTimeout.isPositive()) {
            throw new IllegalArgumentException("stallTimeout: " + stallTimeout + " (expected: > 0)");
        }
        if (prefixBytes < 0) {
            throw new IllegalArgumentException("prefixBytes: " + prefixBytes + " (expected: >= 0)");
        }
        if (preemptionBytes < 0) {
            throw new IllegalArgumentException("preemptionBytes: " + preemptionBytes + " (expected: >= 0)");
        }
    }

    public SchedulerConfig withPrefillChunk(int tokens) {
        return new SchedulerConfig(
                tokens, queueStreams, queueTokens, restartDelay, stallTimeout, prefixBytes, preemptionBytes);
    }

    public SchedulerConfig withMemory(long newPrefixBytes, long newPreemptionBytes) {
        return new SchedulerConfig(
                prefillChunkTokens,
                queueStreams,
                queueTokens,
                restartDelay,
                stallTimeout,
                newPrefixBytes,
                newPreemptionBytes);
    }
}
