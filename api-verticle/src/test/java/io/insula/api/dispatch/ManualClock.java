package io.insula.api.dispatch;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A monotonic clock that moves when a test says so; starts near its overflow. */
final class ManualClock implements LongSupplier {

    private long nanos = Long.MAX_VALUE - 1_000;

    void advance(Duration time) {
        nanos += time.toNanos();
    }

    @Override
    public long getAsLong() {
        return nanos;
    }
}
