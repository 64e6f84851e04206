package io.insula.launcher.cluster;

import java.util.List;
import java.util.Optional;

/**
 * Which cluster a program joins and how it is reached there.
 *
 * @param members where others may be found; empty: by {@code serviceDns}, or no cluster at all
 * @param serviceDns a name whose addresses are the nodes; empty: by {@code members}
 * @param name nodes of another name are not joined
 * @param address this machine's address that everything of the cluster is bound to; empty: the one that {@code members} names
 * @param port of membership traffic; 0: the first free one that {@code members} names for this address, or 5701
 * @param busPort of the event bus; 0: one above {@code port}
 * @param busHost where others reach this node's event bus; empty: {@code address}
 * @param tls null-free: empty where the event bus is in clear
 */
public record ClusterConfig(
        List<Endpoint> members,
        String serviceDns,
        String name,
        String address,
        int port,
        int busPort,
        String busHost,
        Optional<BusTls> tls) {

    public ClusterConfig {
        members = List.copyOf(members);
    }

    /** Whether the program is a node of a cluster. */
    public boolean isClustered() {
        return !members.isEmpty() || !serviceDns.isEmpty();
    }
}
