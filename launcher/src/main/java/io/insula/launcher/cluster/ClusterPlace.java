package io.insula.launcher.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;

/**
 * The one address and the two ports of this machine that a node takes.
 *
 * @param address everything of the cluster is bound to it and to no other
 * @param port of membership traffic
 * @param busPort of the event bus
 * @param busHost where others reach the event bus
 */
public record ClusterPlace(InetAddress address, int port, int busPort, String busHost) {

    /** Finds the place that the settings mean on this machine. */
    public static ClusterPlace of(ClusterConfig config) {
        InetAddress address = config.address().isEmpty() ? listed(config) : given(config.address());
        int port = config.port() > 0 ? config.port() : freePort(config, address);
        int busPort = config.busPort() > 0 ? config.busPort() : port + 1;
        if (busPort == port) {
            throw new ClusterException(
                    "cluster.bus-port: " + busPort + " (expected: another than cluster.port, " + port + ")");
        }
        String busHost = config.busHost().isEmpty() ? address.getHostAddress() : config.busHost();
        return new ClusterPlace(address, port, busPort, busHost);
    }

    private static InetAddress given(String text) {
        InetAddress address = resolve("cluster.interface", text);
        if (address.isAnyLocalAddress() || !isLocal(address)) {
            throw new ClusterException("cluster.interface: " + text + " (expected: an address of this machine)");
        }
        return address;
    }

    private static InetAddress listed(ClusterConfig config) {
        if (config.members().isEmpty()) {
            throw new ClusterException("cluster.interface is missing (expected: the address of this machine that the"
                    + " nodes behind " + config.serviceDns() + " reach)");
        }
        for (Endpoint member : config.members()) {
            try {
                InetAddress address = InetAddress.getByName(member.host());
                if (isLocal(address)) {
                    return address;
                }
            } catch (UnknownHostException notThere) {
                // The name of a node that is not up yet; it may well be another's.
            }
        }
        throw new ClusterException("cluster.interface is missing, and no address of cluster.members ("
                + config.members() + ") is one of this machine's");
    }

    /** The first port that the list names for this machine and that nobody listens on. */
    private static int freePort(ClusterConfig config, InetAddress address) {
        List<Integer> named = config.members().stream()
                .filter(member -> namesThis(member, address))
                .map(Endpoint::port)
                .toList();
        for (int port : named) {
            if (isFree(address, port)) {
                return port;
            }
        }
        if (named.isEmpty()) {
            return Endpoint.DEFAULT_PORT;
        }
        throw new ClusterException("Every port that cluster.members names for " + address.getHostAddress()
                + " is taken: " + named + " (--cluster-port takes another)");
    }

    private static boolean namesThis(Endpoint member, InetAddress address) {
        try {
            return InetAddress.getByName(member.host()).equals(address);
        } catch (UnknownHostException notThere) {
            return false;
        }
    }

    private static boolean isFree(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static boolean isLocal(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            throw new ClusterException("The addresses of this machine cannot be listed: " + e.getMessage());
        }
    }

    private static InetAddress resolve(String key, String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new ClusterException(key + ": " + host + " (expected: an address of this machine)");
        }
    }
}
