package io.insula.inference;

import io.insula.protocol.ApiStatus;
import io.insula.protocol.Leases;
import io.insula.protocol.NodeId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Knows the HTTP nodes that were heard lately, and which protocol version each of them reads.
 *
 * <p><b>Thread:</b> safe on any thread.
 */
final class ApiNodes {

    private record Heard(ApiStatus status, long nanos) {}

    private final Map<NodeId, Heard> heard = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    /**
     * @param nanos a clock as {@link System#nanoTime}
     */
    ApiNodes(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Notes a node's status, and forgets those that have not been heard for long. */
    void heard(ApiStatus status) {
        heard.values().removeIf(this::stale);
        if (status.leaving()) {
            heard.remove(status.node());
        } else {
            heard.put(status.node(), new Heard(status, nanos.getAsLong()));
        }
    }

    /** A node left the cluster. */
    void left(NodeId node) {
        heard.remove(node);
    }

    /** The newest version that the node reads; 0 for a node that is not known. */
    int newestVersion(NodeId node) {
        Heard known = heard.get(node);
        return known == null ? 0 : known.status().newestVersion();
    }

    /** Nodes whose lease runs and that read this version. */
    List<NodeId> living(int version) {
        return heard.values().stream()
                .filter(known -> !stale(known) && known.status().newestVersion() >= version)
                .map(known -> known.status().node())
                .toList();
    }

    private boolean stale(Heard known) {
        return nanos.getAsLong() - known.nanos() >= Leases.DURATION.toNanos();
    }
}
