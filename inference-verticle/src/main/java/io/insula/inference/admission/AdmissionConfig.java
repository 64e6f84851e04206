package io.insula.inference.admission;

import java.time.Duration;

/**
 * The limits of a node's door.
 *
 * @param pendingCommands 1..100000; commands whose prompts are rendered at once; more are refused as overload
 * @param memory more than 0; how long answers and cancels are remembered
 * @param remembered 1..10000000; how many answers, and how many cancels, are remembered at most
 */
public record AdmissionConfig(int pendingCommands, Duration memory, int remembered) {

    public static final AdmissionConfig DEFAULT = new AdmissionConfig(256, Duration.ofSeconds(60), 10_000);

    private static final int MAX_PENDING = 100_000;
    private static final int MAX_REMEMBERED = 10_000_000;

    public AdmissionConfig {
        if (pendingCommands < 1 || pendingCommands > MAX_PENDING) {
            throw new IllegalArgumentException(
                    "pendingCommands: " + pendingCommands + " (expected: 1.." + MAX_PENDING + ")");
        }
        if (memory.isNegative() || memory.isZero()) {
            throw new IllegalArgumentException("memory: " + memory + " (expected: > 0)");
        }
        if (remembered < 1 || remembered > MAX_REMEMBERED) {
            throw new IllegalArgumentException("remembered: " + remembered + " (expected: 1.." + MAX_REMEMBERED + ")");
        }
    }
}
