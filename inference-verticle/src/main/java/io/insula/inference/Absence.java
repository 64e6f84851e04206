package io.insula.inference;

import io.insula.protocol.Leases;
import java.util.function.LongSupplier;

/**
 * Notices that this process was stopped for longer than its lease: others have given its streams up meanwhile, and wait for
 * none of their frames.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class Absence {

    private final LongSupplier nanos;
    private long lookedNanos;

    Absence(LongSupplier nanos) {
        this.nanos = nanos;
        this.lookedNanos = nanos.getAsLong();
    }

    /** Whether it was; to be asked every {@link Leases#PERIOD}. */
    boolean wasLong() {
        long now = nanos.getAsLong();
        long away = now - lookedNanos;
        lookedNanos = now;
        return away >= Leases.DURATION.plus(Leases.PERIOD).toNanos();
    }
}
