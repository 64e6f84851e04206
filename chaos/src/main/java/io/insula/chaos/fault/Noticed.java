package io.insula.chaos.fault;

import java.time.Duration;

/** How a fault can be noticed, which bounds how long a stream may stand still. */
public enum Noticed {
    /** Somebody says so: a process that is told to stop, an engine that fails, a connection that is closed. */
    AT_ONCE(Duration.ofSeconds(1), Duration.ofSeconds(2)),
    /** It is said before, and what takes over has often just begun itself. */
    BEFORE(Duration.ofSeconds(1), Duration.ofSeconds(10)),
    /** Nobody says anything any more. */
    BY_SILENCE(Duration.ofSeconds(5), Duration.ofSeconds(6)),
    /** Streams wait until somebody mends it. */
    WHEN_MENDED(Duration.ofSeconds(60), Duration.ofSeconds(62));

    private final Duration detection;
    private final Duration stall;

    Noticed(Duration detection, Duration stall) {
        this.detection = detection;
        this.stall = stall;
    }

    /** The longest until it is noticed. */
    public Duration detection() {
        return detection;
    }

    /** The longest that 99 in 100 streams of the tiny model stand still. */
    public Duration stall() {
        return stall;
    }
}
