package io.insula.inference.schedule;

import java.time.Duration;

/**
 * The limits of one model's scheduler.
 *
 * @param prefillChunkTokens 2..8192; prompt tokens between two decode steps: the longest a running stream waits for a
 *     newcomer
 * @param queueStreams 1..100000; streams that may wait for a slot; every stream waits, if only until the next step
 * @param queueTokens 1 or more; prompt tokens that may wait; a single longer prompt waits when nothing else does
 * @param restartDelay more than 0; how long after a failed start the engine is started again
 */
public record SchedulerConfig(int prefillChunkTokens, int queueStreams, int queueTokens, Duration restartDelay) {

    /** Chunks of 64 cost a CPU what longer ones cost a token, and keep the running streams' pause the shortest. */
    public static final SchedulerConfig DEFAULT = new SchedulerConfig(64, 256, 131_072, Duration.ofSeconds(5));

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
    }

    /**
     * Prompt tokens of the next chunk. It takes one more than its size rather than leave a single one: engines run a
     * chunk of one with their decode kernel, whose bits differ.
     */
    int chunk(int remainingTokens) {
        return remainingTokens <= prefillChunkTokens + 1 ? remainingTokens : prefillChunkTokens;
    }
}
