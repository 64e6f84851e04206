package io.insula.launcher;

import io.insula.inference.schedule.Scheduler;
import java.time.Duration;

/** The threads of this process that engines compute on. */
final class DeviceThreads {

    /** For one that has told its end, and is about to. */
    private static final Duration LAST_STEPS = Duration.ofSeconds(1);

    private DeviceThreads() {}

    /** Whether one still runs, which nobody waits for any more: it hangs, or builds a plan. */
    static boolean busy() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(Scheduler.THREAD_NAME))
                .anyMatch(thread -> !ends(thread));
    }

    private static boolean ends(Thread thread) {
        try {
            return thread.join(LAST_STEPS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
