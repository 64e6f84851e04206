package io.insula.launcher.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.multimap.MultiMap;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The cluster's map of who listens at which address, which loses and keeps entries that it should not after kills and
 * partitions.
 *
 * <p><b>Thread:</b> blocks; never called on an event loop.
 */
public final class Subscriptions {

    private static final String MAP = "__vertx.subs";

    private final HazelcastClusterManager manager;

    Subscriptions(HazelcastClusterManager manager) {
        this.manager = manager;
    }

    /**
     * Registers this node's consumers again.
     *
     * <p>What is lost is put back as after a merge. What is there, but some peer does not know of, is taken out and put in
     * again, because only a change is told to peers.
     *
     * @param missed addresses where this node was not heard
     */
    public void renew(Set<String> missed) {
        HazelcastInstance hazelcast = manager.getHazelcastInstance();
        manager.stateChanged(new LifecycleEvent(LifecycleEvent.LifecycleState.MERGED));
        MultiMap<String, HazelcastRegistrationInfo> map = hazelcast.getMultiMap(MAP);
        for (String address : missed) {
            List<HazelcastRegistrationInfo> own = map.get(address).stream()
                    .filter(entry -> entry.unwrap().nodeId().equals(manager.getNodeId()))
                    .toList();
            for (HazelcastRegistrationInfo entry : own) {
                map.remove(address, entry);
                map.put(address, entry);
            }
        }
    }

    /**
     * Takes out what nodes left behind that are gone; done by the oldest member alone.
     *
     * @return how many entries
     */
    public int sweep() {
        HazelcastInstance hazelcast = manager.getHazelcastInstance();
        boolean oldest = hazelcast.getCluster().getMembers().iterator().next().localMember();
        if (!oldest) {
            return 0;
        }
        MultiMap<String, HazelcastRegistrationInfo> map = hazelcast.getMultiMap(MAP);
        // First the entries, then who is there: a node that joins in between has all of its entries kept.
        Set<Map.Entry<String, HazelcastRegistrationInfo>> entries = map.entrySet();
        Set<String> living = Set.copyOf(manager.getNodes());
        int stale = 0;
        for (Map.Entry<String, HazelcastRegistrationInfo> entry : entries) {
            if (!living.contains(entry.getValue().unwrap().nodeId())) {
                map.remove(entry.getKey(), entry.getValue());
                stale++;
            }
        }
        return stale;
    }
}
