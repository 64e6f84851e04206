package io.insula.api.dispatch;

import java.time.Duration;

/**
 * How long the HTTP side waits for engines, and how often it tries.
 *
 * @param admissionTimeout until an engine has answered a command; then the next is tried
 * @param silenceTimeout a stream without any frame for this long has lost its engine
 * @param cancelGrace how long a cancelled stream's exact token counts are waited for
 * @param tries engines asked before the client is told that none is free
 * @param retryAfter what a client is told to wait when no engine named a time
 * @param deadline how long an answer may take, also where the client waits longer; zero for ever
 * @param failover what becomes of a stream whose engine is lost
 */
public record DispatchConfig(
        Duration admissionTimeout,
        Duration silenceTimeout,
        Duration cancelGrace,
        int tries,
        Duration retryAfter,
        Duration deadline,
        FailoverConfig failover) {

    private static final Duration LONGEST = Duration.ofDays(1);

    public static final DispatchConfig DEFAULT = new DispatchConfig(
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            3,
            Duration.ofSeconds(1),
            Duration.ZERO,
            FailoverConfig.DEFAULT);

    public DispatchConfig {
        positive("admissionTimeout", admissionTimeout);
        positive("silenceTimeout", silenceTimeout);
        positive("cancelGrace", cancelGrace);
        positive("retryAfter", retryAfter);
        if (tries < 1) {
            throw new IllegalArgumentException("tries: " + tries + " (expected: >= 1)");
        }
        if (deadline.isNegative() || deadline.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("deadline: " + deadline + " (expected: 0.." + LONGEST + ")");
        }
    }

    public DispatchConfig withFailover(FailoverConfig other) {
        return new DispatchConfig(admissionTimeout, silenceTimeout, cancelGrace, tries, retryAfter, deadline, other);
    }

    private static void positive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
