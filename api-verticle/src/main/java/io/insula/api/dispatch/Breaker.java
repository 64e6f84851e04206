package io.insula.api.dispatch;

import java.time.Duration;

/**
 * Sets an engine aside that keeps failing, for twice as long each time, and lets one request find out whether it is well
 * again.
 *
 * <p>All streams that one failure costs are one incident. An engine that gets something done is well.
 *
 * <p><b>Source:</b> Nygard, "Release it!", circuit breaker; the pauses have jitter, so that HTTP nodes do not ask together.
 */
final class Breaker {

    /** Incidents in a row before an engine is set aside. */
    static final int INCIDENTS = 3;

    private static final long INCIDENT_NANOS = Duration.ofSeconds(1).toNanos();
    /** A trial that nothing was heard of by then is followed by another. */
    private static final long TRIAL_NANOS = Duration.ofSeconds(10).toNanos();

    private static final int MOST_DOUBLINGS = 5;

    private final long pauseNanos;
    private final long seed;
    private int incidents;
    private long incidentNanos;
    private int pauses;
    private long asideUntilNanos;
    private boolean trial;
    private long trialNanos;

    /**
     * @param pause the first pause
     * @param seed of the jitter
     */
    Breaker(Duration pause, long seed) {
        this.pauseNanos = pause.toNanos();
        this.seed = seed;
    }

    /** Whether the engine may be asked. */
    boolean allows(long now) {
        return !isAside() || (now - asideUntilNanos >= 0 && !(trial && now - trialNanos < TRIAL_NANOS));
    }

    boolean isAside() {
        return incidents >= INCIDENTS;
    }

    /** The engine is asked; when it was set aside, this is the trial. */
    void asked(long now) {
        if (isAside()) {
            trial = true;
            trialNanos = now;
        }
    }

    void failed(long now) {
        boolean sameIncident = incidents > 0 && now - incidentNanos < INCIDENT_NANOS;
        if (isAside() ? !trial : sameIncident) {
            return;
        }
        incidents = Math.min(INCIDENTS, incidents + 1);
        incidentNanos = now;
        trial = false;
        if (isAside()) {
            long longest = pauseNanos << Math.min(pauses, MOST_DOUBLINGS);
            pauses++;
            asideUntilNanos = now + longest / 2 + Rendezvous.fraction(seed + pauses, longest / 2);
        }
    }

    /** The engine got something done; what it finishes of old while it is set aside proves nothing. */
    void succeeded() {
        if (!isAside() || trial) {
            incidents = 0;
            pauses = 0;
            trial = false;
        }
    }
}
