package io.insula.launcher.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's membership of its cluster: how it joins, who else is there, who left.
 *
 * <p><b>Thread:</b> listeners are called on Hazelcast's threads and must not block.
 */
public final class Membership implements NodeDepartures {

    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final ClusterPlace place;
    private final ClusterConfig config;
    private final HazelcastClusterManager manager;
    private final List<Consumer<NodeId>> departures = new CopyOnWriteArrayList<>();
    private final List<Runnable> changes = new CopyOnWriteArrayList<>();

    private Membership(ClusterConfig config, ClusterPlace place, HazelcastClusterManager manager) {
        this.config = config;
        this.place = place;
        this.manager = manager;
    }

    /**
     * Prepares to join; nothing is bound before Vert.x starts with {@link #manager}.
     *
     * @param self what other members are told of this node
     */
    public static Membership of(ClusterConfig config, NodeDescription self) {
        ClusterPlace place = ClusterPlace.of(config);
        return new Membership(
                config, place, new HazelcastClusterManager(HazelcastMember.config(config, place, self.toAttributes())));
    }

    public ClusterPlace place() {
        return place;
    }

    /** What Vert.x joins with. */
    public ClusterManager manager() {
        return manager;
    }

    /** Gives Vert.x the options of its event bus. */
    public VertxOptions configure(VertxOptions options) {
        return options.setEventBusOptions(ClusterBus.options(config, place));
    }

    @Override
    public Runnable listen(Consumer<NodeId> listener) {
        departures.add(listener);
        return () -> departures.remove(listener);
    }

    /** Tells that parts of the cluster were one again, or that somebody left: subscriptions may be lost or stale. */
    public void onChange(Runnable listener) {
        changes.add(listener);
    }

    /** Starts to tell; to be called once Vert.x is up. */
    public void watch() {
        HazelcastInstance hazelcast = hazelcast();
        hazelcast.getCluster().addMembershipListener(new MembershipAdapter() {
            @Override
            public void memberRemoved(MembershipEvent event) {
                left(event.getMember());
            }
        });
        hazelcast.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                log.info("This node's part of the cluster has joined the rest again");
                changes.forEach(Runnable::run);
            }
        });
    }

    private void left(Member member) {
        NodeDescription.of(member).ifPresent(node -> {
            log.info("Node {} left the cluster", node.id());
            departures.forEach(listener -> node.names().forEach(listener));
        });
        changes.forEach(Runnable::run);
    }

    /** Every node that is a member, this one included, the oldest first. */
    public List<NodeDescription> nodes() {
        HazelcastInstance hazelcast = manager.getHazelcastInstance();
        if (hazelcast == null || !hazelcast.getLifecycleService().isRunning()) {
            return List.of();
        }
        return hazelcast.getCluster().getMembers().stream()
                .map(NodeDescription::of)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Who else is there. */
    public List<NodeId> others(NodeId self) {
        return nodes().stream()
                .map(NodeDescription::id)
                .filter(node -> !node.equals(self))
                .toList();
    }

    /** The subscriptions that all members share. */
    public Subscriptions subscriptions() {
        return new Subscriptions(manager);
    }

    HazelcastInstance hazelcast() {
        return Objects.requireNonNull(manager.getHazelcastInstance(), "not joined");
    }
}
