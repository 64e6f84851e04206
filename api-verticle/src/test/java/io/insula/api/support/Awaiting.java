package io.insula.api.support;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what has no event to wait for. */
public final class Awaiting {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration STEP = Duration.ofMillis(5);

    private Awaiting() {}

    /** Returns once the condition holds; fails after ten seconds. */
    public static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("it has not come true within " + PATIENCE);
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }
}
