package io.insula.inference.models;

import java.time.Duration;

/**
 * The limits of a node's models.
 *
 * @param memoryBytes more than 0; what all loaded models together may take
 * @param retryDelay more than 0; how long after a failed load a model is not loaded again
 */
public record PoolConfig(long memoryBytes, Duration retryDelay) {

    /** No limit, for a caller that has none. */
    public static final PoolConfig DEFAULT = new PoolConfig(Long.MAX_VALUE, Duration.ofSeconds(5));

    public PoolConfig {
        if (memoryBytes < 1) {
            throw new IllegalArgumentException("memoryBytes: " + memoryBytes + " (expected: >= 1)");
        }
        if (retryDelay.isNegative() || retryDelay.isZero()) {
            throw new IllegalArgumentException("retryDelay: " + retryDelay + " (expected: > 0)");
        }
    }
}
