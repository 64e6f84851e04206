package io.insula.chaos.house;

import io.insula.chaos.ChaosException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network of namespaces on this machine, one for each node, joined by a bridge on which this program is, too.
 *
 * <p>A direction is cut by a false link-layer address: what a node sends to another goes to nobody, and neither is told. That
 * is how a pulled cable looks from both ends, and it needs no packet filter.
 *
 * <p><b>Thread:</b> safe on any; every method blocks for some milliseconds.
 */
public final class Network implements AutoCloseable {

    private static final String PREFIX = "insula-chaos-";
    private static final String NOBODY = "02:00:00:00:00:01";
    private static final int FIRST_HOST = 11;

    private final String id = Long.toString(ProcessHandle.current().pid());
    private final String bridge = "ich" + id;
    private final String subnet;
    private final Map<String, String> hosts = new LinkedHashMap<>();

    private Network(String subnet) {
        this.subnet = subnet;
    }

    /** Whether this program may make such networks here. */
    public static boolean isPossible() {
        String probe = PREFIX + "probe-" + ProcessHandle.current().pid();
        if (!Command.succeeds("ip netns add " + probe)) {
            return false;
        }
        Command.succeeds("ip netns del " + probe);
        return true;
    }

    /** Makes the network of those nodes. */
    public static Network of(List<String> nodes) {
        removeLeftOvers();
        Network network = new Network("10.213." + ProcessHandle.current().pid() % 250 + ".");
        try {
            network.make(nodes);
            return network;
        } catch (ChaosException e) {
            network.close();
            throw e;
        }
    }

    /** What a program that was killed could not clean up. */
    private static void removeLeftOvers() {
        for (String line : Command.run("ip netns list").split("\n", -1)) {
            String name = line.strip().split(" ", -1)[0];
            String[] parts = name.split("-", -1);
            if (name.startsWith(PREFIX) && parts.length > 3 && !isAlive(parts[2])) {
                Command.succeeds("ip netns del " + name);
                Command.succeeds("ip link del ich" + parts[2]);
            }
        }
    }

    private static boolean isAlive(String pid) {
        return pid.matches("[0-9]{1,9}")
                && ProcessHandle.of(Long.parseLong(pid)).isPresent();
    }

    private void make(List<String> nodes) {
        Command.run("ip link add " + bridge + " type bridge");
        Command.run("ip addr add " + bridgeHost() + "/24 dev " + bridge);
        Command.run("ip link set " + bridge + " up");
        int host = FIRST_HOST;
        for (String node : nodes) {
            String cable = bridge + "." + host;
            String space = namespace(node);
            hosts.put(node, subnet + host);
            Command.run("ip netns add " + space);
            Command.run("ip link add " + cable + " type veth peer name eth0 netns " + space);
            Command.run("ip link set " + cable + " master " + bridge + " up");
            inside(node, "ip addr add " + subnet + host + "/24 dev eth0");
            inside(node, "ip link set eth0 up");
            inside(node, "ip link set lo up");
            host++;
        }
    }

    private void inside(String node, String words) {
        Command.run("ip netns exec " + namespace(node) + " " + words);
    }

    String namespace(String node) {
        return PREFIX + id + "-" + node;
    }

    /** The address of a node. */
    String host(String node) {
        String host = hosts.get(node);
        if (host == null) {
            throw new ChaosException("No such node: " + node);
        }
        return host;
    }

    /** The address of this program. */
    String bridgeHost() {
        return subnet + "1";
    }

    /** Loses everything that one node sends to another from now on. */
    public void cut(String from, String to) {
        inside(from, "ip neigh replace " + host(to) + " lladdr " + NOBODY + " dev eth0 nud permanent");
    }

    /** Loses everything that one node sends to the event bus of another from now on; membership goes on. */
    public void cutBus(NodeProcess from, NodeProcess to) {
        inside(from.name(), "ip rule add " + toBus(to));
    }

    /** Lets it through again. */
    public void healBus(NodeProcess from, NodeProcess to) {
        inside(from.name(), "ip rule del " + toBus(to));
    }

    private String toBus(NodeProcess node) {
        return "to " + host(node.name()) + " ipproto tcp dport " + node.busPort() + " blackhole";
    }

    /** Lets everything between nodes through again, but not to buses. */
    public void heal() {
        for (String node : hosts.keySet()) {
            String entries = Command.run("ip netns exec " + namespace(node) + " ip neigh show nud permanent dev eth0");
            for (String entry : entries.split("\n", -1)) {
                if (!entry.isBlank()) {
                    inside(node, "ip neigh del " + entry.strip().split(" ", -1)[0] + " dev eth0");
                }
            }
        }
    }

    @Override
    public void close() {
        hosts.keySet().forEach(node -> Command.succeeds("ip netns del " + namespace(node)));
        Command.succeeds("ip link del " + bridge);
    }
}
