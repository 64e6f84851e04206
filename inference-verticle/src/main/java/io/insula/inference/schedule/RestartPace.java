package io.insula.inference.schedule;

import java.time.Duration;

/**
 * Decides when an engine that failed is started again: at once after a single failure, ever later while it goes on failing.
 *
 * <p>A device that is lost fails each new engine, at its start or at its first steps; starting them without a pause would cost
 * every stream that still comes.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class RestartPace {

    /** Steps after which an engine counts as sound. */
    static final int SOUND_STEPS = 32;
    /** What the second failure in a row costs, as a part of the delay; each further one costs twice as much. */
    private static final int FIRST_PART = 8;
    /** The longest wait, in delays. */
    private static final int MOST_DELAYS = 12;

    private final Duration delay;
    private int failures;
    private int steps;

    /**
     * @param delay after an engine that did not start, at least
     */
    RestartPace(Duration delay) {
        this.delay = delay;
    }

    /** The engine did some work. */
    void worked() {
        steps++;
        if (steps >= SOUND_STEPS) {
            failures = 0;
        }
    }

    /** An engine that ran failed; how long until the next one. */
    Duration failed() {
        steps = 0;
        failures++;
        if (failures == 1) {
            return Duration.ZERO;
        }
        Duration most = delay.multipliedBy(MOST_DELAYS);
        Duration wait = delay.dividedBy(FIRST_PART);
        for (int i = 2; i < failures && wait.compareTo(most) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(most) < 0 ? wait : most;
    }

    /** An engine did not start; how long until the next try. */
    Duration notStarted() {
        Duration wait = failed();
        return wait.compareTo(delay) < 0 ? delay : wait;
    }
}
