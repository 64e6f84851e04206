package io.insula.inference.schedule;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Notices a step that does not end: a device that hangs says nothing, throws nothing and holds its streams for ever.
 *
 * <p>How long is too long follows from what steps took of late, so that a slow machine with a large model is not suspected;
 * before any was measured, nearly nothing is. The time in which the watching thread itself was stopped does not count, since
 * then the device thread was, too.
 *
 * <p><b>Thread:</b> {@link #begins} and {@link #ends} on the device thread, the rest on one other thread.
 */
final class StallWatch {

    /** What a step may take, in the longest steps of late. */
    private static final long UNUSUAL = 5;
    /** What is forgotten of the longest step with each step: a hundredth. */
    private static final long FORGOTTEN = 100;
    /** Steps before their times mean anything: the first ones also warm the runtime up. */
    private static final int MEASURED_STEPS = 8;

    private static final long UNMEASURED_NANOS = Duration.ofSeconds(60).toNanos();
    /** A step that hangs for so many of the shortest stalls more is not waited for any longer. */
    private static final long HOPELESS = 20;
    /** Between two looks no more time than this counts. */
    private static final long LOOK_NANOS = Duration.ofMillis(500).toNanos();

    private final long leastNanos;
    private final AtomicInteger marks = new AtomicInteger();
    private volatile long longestNanos;
    private volatile int measured;
    private int seen;
    private long lookedNanos;
    private long watchedNanos;
    private volatile boolean stalled;
    private volatile boolean hopeless;

    /**
     * @param least no step that is shorter is a stall
     */
    StallWatch(Duration least) {
        this.leastNanos = least.toNanos();
    }

    void begins() {
        marks.incrementAndGet();
    }

    /** The step that began is over. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes, the other only reads.
    void ends(long tookNanos) {
        longestNanos = Math.max(tookNanos, longestNanos - longestNanos / FORGOTTEN);
        measured++;
        marks.incrementAndGet();
    }

    /** Another engine, whose steps are yet to be measured. */
    void reset() {
        measured = 0;
        longestNanos = 0;
    }

    /** Looks at the step; several times a second. */
    void look(long now) {
        int mark = marks.get();
        if (mark != seen || mark % 2 == 0) {
            seen = mark;
            watchedNanos = 0;
            stalled = false;
            hopeless = false;
        } else {
            watchedNanos += Math.min(now - lookedNanos, LOOK_NANOS);
            stalled = watchedNanos >= limitNanos();
            hopeless = watchedNanos >= limitNanos() + HOPELESS * leastNanos;
        }
        lookedNanos = now;
    }

    /** Whether the step hangs, as of the last look; on any thread. */
    boolean stalled() {
        return stalled;
    }

    /** Whether it has hung for so long that it will hardly end, as of the last look; on any thread. */
    boolean hopeless() {
        return hopeless;
    }

    private long limitNanos() {
        return measured < MEASURED_STEPS ? UNMEASURED_NANOS : Math.max(leastNanos, UNUSUAL * longestNanos);
    }
}
