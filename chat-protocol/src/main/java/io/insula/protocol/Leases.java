package io.insula.protocol;

import java.time.Duration;

/** The clock of the status messages; equal on every node of a cluster. */
public final class Leases {

    /** How often a node publishes its status. */
    public static final Duration PERIOD = Duration.ofSeconds(1);

    /** How long a status counts after it arrived. */
    public static final Duration DURATION = Duration.ofSeconds(3);

    /** How often a stream without output sends {@link StreamFrame.StreamProgress}. */
    public static final Duration PROGRESS_PERIOD = Duration.ofSeconds(2);

    private Leases() {}
}
