package io.insula.api.http;

import io.insula.protocol.RequestId;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Makes request ids that never repeat and never go back, even when the clock does.
 *
 * <p><b>Thread:</b> any.
 *
 * <p><b>Source:</b> RFC 9562 UUID version 7; the 12 bits after the time count within a millisecond (section 6.2,
 * method 1).
 */
public final class RequestIds {

    private static final int COUNTER_BITS = 12;
    private static final long VERSION_7 = 0x7000;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private static final long VARIANT_MASK = 0x3FFF_FFFF_FFFF_FFFFL;

    private final LongSupplier epochMillis;
    private final AtomicLong last = new AtomicLong();
    /** Keeps ids of several nodes, and of one node's restarts, apart. */
    private final long salt = new SecureRandom().nextLong();

    /**
     * @param epochMillis the clock, milliseconds since the epoch
     */
    public RequestIds(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    public RequestId next() {
        long now = epochMillis.getAsLong() << COUNTER_BITS;
        long stamp = last.updateAndGet(previous -> Math.max(previous + 1, now));
        long high = (stamp >>> COUNTER_BITS << 16) | VERSION_7 | (stamp & ((1 << COUNTER_BITS) - 1));
        long low = ((ThreadLocalRandom.current().nextLong() ^ salt) & VARIANT_MASK) | VARIANT;
        return new RequestId(new UUID(high, low));
    }
}
