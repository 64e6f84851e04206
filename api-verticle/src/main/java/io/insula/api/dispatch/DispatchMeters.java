package io.insula.api.dispatch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what dispatch does; shared by all instances of a node. */
public final class DispatchMeters {

    private final AtomicInteger active = new AtomicInteger();
    private final Counter dropped;
    private final Counter lost;
    private final Counter resumed;
    private final Counter approximated;

    public DispatchMeters(MeterRegistry registry) {
        Gauge.builder("insula.api.streams.active", active, AtomicInteger::get)
                .description("Generations that have not ended yet")
                .register(registry);
        dropped = Counter.builder("insula.api.frames.dropped")
                .description("Frames of streams or attempts that had already ended")
                .register(registry);
        lost = Counter.builder("insula.api.engines.lost")
                .description("Streams whose engine was given up")
                .register(registry);
        resumed = Counter.builder("insula.api.streams.resumed")
                .description("Streams that another engine took over")
                .register(registry);
        approximated = Counter.builder("insula.api.streams.approximated")
                .description("Streams that an engine of another numerics fingerprint went on with")
                .register(registry);
    }

    void active(int change) {
        active.addAndGet(change);
    }

    /** Generations of the node that have not ended yet. */
    int active() {
        return active.get();
    }

    void dropped() {
        dropped.increment();
    }

    void lost() {
        lost.increment();
    }

    void resumed() {
        resumed.increment();
    }

    void approximated() {
        approximated.increment();
    }
}
