package io.insula.protocol;

import java.util.UUID;

/**
 * Identifies one admitted request, its stream and its usage row, across every node and attempt.
 *
 * <p><b>Source:</b> RFC 9562 UUID version 7: the time of creation is in the first 48 bits, which the ledger is keyed by.
 */
public record RequestId(UUID value) {

    /** Creation time, milliseconds since the epoch. */
    public long createdAtMillis() {
        return value.getMostSignificantBits() >>> 16;
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
