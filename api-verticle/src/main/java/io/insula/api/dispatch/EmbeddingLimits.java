package io.insula.api.dispatch;

import java.time.Duration;

/**
 * How much may be embedded with one request, and how long the HTTP side waits for it.
 *
 * @param maxInputs 1..100000; texts of one request
 * @param textsPerCommand 1..1024; texts that an engine is given at once
 * @param replyTimeout more than 0; until an engine has answered a command; then the next is tried
 */
public record EmbeddingLimits(int maxInputs, int textsPerCommand, Duration replyTimeout) {

    public static final EmbeddingLimits DEFAULT = new EmbeddingLimits(2048, 32, Duration.ofSeconds(30));

    public EmbeddingLimits {
        if (maxInputs < 1 || maxInputs > 100_000) {
            throw new IllegalArgumentException("maxInputs: " + maxInputs + " (expected: 1..100000)");
        }
        if (textsPerCommand < 1 || textsPerCommand > 1024) {
            throw new IllegalArgumentException("textsPerCommand: " + textsPerCommand + " (expected: 1..1024)");
        }
        if (!replyTimeout.isPositive()) {
            throw new IllegalArgumentException("replyTimeout: " + replyTimeout + " (expected: > 0)");
        }
    }
}
