package io.insula.inference.admission;

import io.insula.protocol.Leases;
import io.insula.protocol.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Knows which HTTP nodes still live: a status or a command is a lease of {@link Leases#DURATION}.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class ApiLeases {

    private final Map<NodeId, Long> renewedNanos = new HashMap<>();
    private final LongSupplier nanos;
    private long lookedNanos;

    ApiLeases(LongSupplier nanos) {
        this.nanos = nanos;
        this.lookedNanos = nanos.getAsLong();
    }

    void renew(NodeId node) {
        renewedNanos.put(node, nanos.getAsLong());
    }

    void end(NodeId node) {
        renewedNanos.remove(node);
    }

    /**
     * Takes out the nodes whose lease has ended; to be asked every {@link Leases#PERIOD}. When it was not, this process
     * was stopped and has messages yet to read: all leases are renewed, since its own pause is nobody's silence.
     */
    List<NodeId> takeEnded() {
        long now = nanos.getAsLong();
        boolean paused = now - lookedNanos > 2 * Leases.PERIOD.toNanos();
        lookedNanos = now;
        if (paused) {
            renewedNanos.replaceAll((node, renewed) -> now);
        }
        List<NodeId> ended = renewedNanos.entrySet().stream()
                .filter(lease -> now - lease.getValue() >= Leases.DURATION.toNanos())
                .map(Map.Entry::getKey)
                .toList();
        ended.forEach(renewedNanos::remove);
        return ended;
    }
}
