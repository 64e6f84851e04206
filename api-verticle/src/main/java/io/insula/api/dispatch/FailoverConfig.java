package io.insula.api.dispatch;

import java.time.Duration;

/**
 * What becomes of a stream whose engine is lost.
 *
 * @param unequal whether an engine of another numerics fingerprint may go on with an answer
 * @param resumeWait more than 0; how long a running stream waits for an engine when none is left
 * @param engineFailures 1..100; engines in a row that may fail while an answer gets hardly further; then it ends
 * @param attempts 1..1000; engines that may work on one answer, whatever they were lost for
 * @param setAside more than 0; how long an engine that keeps failing is not asked at first; twice as long each time
 */
public record FailoverConfig(
        Unequal unequal, Duration resumeWait, int engineFailures, int attempts, Duration setAside) {

    public static final FailoverConfig DEFAULT =
            new FailoverConfig(Unequal.APPROXIMATE, Duration.ofSeconds(15), 3, 16, Duration.ofSeconds(1));

    /** What an engine of another fingerprint is good for, once a part of an answer was told. */
    public enum Unequal {
        /** It goes on with the answer; that is counted and marked in the answer. */
        APPROXIMATE,
        /** Nothing: the answer waits for an equal engine, and ends with an error if none comes. */
        ERROR
    }

    public FailoverConfig {
        positive("resumeWait", resumeWait);
        positive("setAside", setAside);
        if (engineFailures < 1 || engineFailures > 100) {
            throw new IllegalArgumentException("engineFailures: " + engineFailures + " (expected: 1..100)");
        }
        if (attempts < 1 || attempts > 1000) {
            throw new IllegalArgumentException("attempts: " + attempts + " (expected: 1..1000)");
        }
    }

    private static void positive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
