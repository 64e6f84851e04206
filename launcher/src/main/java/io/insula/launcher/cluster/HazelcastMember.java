package io.insula.launcher.cluster;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import java.util.Map;

/**
 * What Hazelcast is told: one port on one address for members alone, found by list or by name, and as little else as
 * Vert.x can do with.
 *
 * <p>Every node of a cluster needs the same partition count and data structures.
 */
final class HazelcastMember {

    /** Holds a few hundred subscriptions: the fewer partitions, the sooner they are moved when a node leaves. */
    private static final String PARTITIONS = "31";

    private static final String HEARTBEAT_SECONDS = "1";

    /**
     * A silent node's streams and slots are given up when its lease of 3 s ends; this is when its memory is. Half of it
     * must do for a heartbeat's way on a machine whose processors are all busy, else nodes are cast out that live.
     */
    private static final String MAX_SILENCE_SECONDS = "8";

    private HazelcastMember() {}

    /**
     * The configuration of one member.
     *
     * @param attributes what other members can read of it
     */
    static Config config(ClusterConfig cluster, ClusterPlace place, Map<String, String> attributes) {
        Config config = new Config();
        config.setClusterName(cluster.name());
        config.setClassLoader(AllowedClasses.loader());
        attributes.forEach(config.getMemberAttributeConfig()::setAttribute);
        network(config.getAdvancedNetworkConfig(), cluster, place);
        vertxStructures(config);
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getSerializationConfig().setJavaSerializationFilterConfig(serializationFilter());
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        config.setProperty("hazelcast.partition.count", PARTITIONS);
        times(config);
        return config;
    }

    private static void network(AdvancedNetworkConfig network, ClusterConfig cluster, ClusterPlace place) {
        String address = place.address().getHostAddress();
        // Members only: without an endpoint of their own, Hazelcast's clients, REST and memcache are not answered.
        ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig()
                .setPort(place.port())
                .setPortAutoIncrement(false)
                .setReuseAddress(true);
        endpoint.setInterfaces(new InterfacesConfig().setEnabled(true).addInterface(address));
        network.setEnabled(true).setMemberEndpointConfig(endpoint);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        if (cluster.members().isEmpty()) {
            join.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty("service-dns", cluster.serviceDns())
                    .setProperty("service-port", Integer.toString(place.port()));
        } else {
            join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(2);
            cluster.members().forEach(member -> join.getTcpIpConfig().addMember(member.toString()));
        }
    }

    /** What Vert.x keeps in Hazelcast, as its own default configuration has it. */
    private static void vertxStructures(Config config) {
        config.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
        config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
    }

    private static JavaSerializationFilterConfig serializationFilter() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig().setDefaultsDisabled(true);
        // Names are all that this filter knows, and failures have names all over Hazelcast; that nothing of it but
        // failures comes to life is the process's own filter's affair.
        ClassFilter allowed = new ClassFilter().addPrefixes("com.hazelcast.");
        allowed.addClasses(AllowedClasses.failures().toArray(String[]::new));
        allowed.addClasses(AllowedClasses.states().toArray(String[]::new));
        allowed.addClasses("[Ljava.lang.StackTraceElement;");
        filter.setWhitelist(allowed);
        return filter;
    }

    private static void times(Config config) {
        config.setProperty("hazelcast.heartbeat.interval.seconds", HEARTBEAT_SECONDS);
        config.setProperty("hazelcast.max.no.heartbeat.seconds", MAX_SILENCE_SECONDS);
        config.setProperty("hazelcast.wait.seconds.before.join", "0");
        config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
        config.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
        config.setProperty("hazelcast.operation.call.timeout.millis", "10000");
        config.setProperty("hazelcast.graceful.shutdown.max.wait", "5");
    }
}
