package io.insula.launcher.cluster;

import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import io.insula.protocol.NodeId;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's membership of its cluster.
 *
 * <p><b>Thread:</b> listeners are called on Hazelcast's threads and must not block.
 */
public final class Membership {

    /** The member attribute that names the node. */
    static final String NODE = "insula.node";

    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final ClusterPlace place;
    private final ClusterConfig config;
    private final HazelcastClusterManager manager;
    private final List<Consumer<NodeId>> departures = new CopyOnWriteArrayList<>();

    private Membership(ClusterConfig config, ClusterPlace place, HazelcastClusterManager manager) {
        this.config = config;
        this.place = place;
        this.manager = manager;
    }

    /** Prepares to join; nothing is bound before Vert.x starts with {@link #manager}. */
    public static Membership of(ClusterConfig config, NodeId node) {
        ClusterPlace place = ClusterPlace.of(config);
        return new Membership(
                config,
                place,
                new HazelcastClusterManager(HazelcastMember.config(config, place, Map.of(NODE, node.value()))));
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

    /** Tells of every node that leaves, as soon as the cluster knows; to be called before {@link #watch}. */
    public void onDeparture(Consumer<NodeId> listener) {
        departures.add(listener);
    }

    /** Starts to tell; to be called once Vert.x is up. */
    public void watch() {
        manager.getHazelcastInstance().getCluster().addMembershipListener(new MembershipAdapter() {
            @Override
            public void memberRemoved(MembershipEvent event) {
                String node = event.getMember().getAttribute(NODE);
                if (node != null) {
                    log.info("Node {} left the cluster", node);
                    departures.forEach(listener -> listener.accept(new NodeId(node)));
                }
            }
        });
    }
}
