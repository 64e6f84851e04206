package io.insula.launcher.config;

import io.insula.launcher.cluster.BusTls;
import io.insula.launcher.cluster.ClusterConfig;
import io.insula.launcher.cluster.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads what a node is told of its cluster: where the others are, what it binds to, whom it believes. */
final class ClusterSettings {

    private ClusterSettings() {}

    static ClusterConfig cluster(Settings settings) {
        List<Endpoint> members = members(settings);
        String serviceDns = settings.text(
                "cluster.service-dns",
                "",
                "a DNS name whose addresses are the nodes, a headless service of Kubernetes, say; instead of cluster.members");
        if (!members.isEmpty() && !serviceDns.isEmpty()) {
            throw new ConfigurationException(
                    "cluster.members, cluster.service-dns: both are given (expected: one of the two)");
        }
        return new ClusterConfig(
                members,
                serviceDns,
                name(settings),
                settings.text(
                        "cluster.interface",
                        "",
                        "this machine's address that membership and event bus are bound to; empty: the one that cluster.members names"),
                settings.integer(
                        "cluster.port",
                        0,
                        0,
                        65_535,
                        "port of membership traffic; 0: the first free one that cluster.members names for this machine, or 5701"),
                settings.integer("cluster.bus-port", 0, 0, 65_535, "port of the event bus; 0: one above cluster.port"),
                settings.text(
                        "cluster.bus-host",
                        "",
                        "where other nodes reach this one's event bus; empty: cluster.interface"),
                tls(settings));
    }

    static String adminKeyFile(Settings settings) {
        return settings.text(
                "admin.key-file",
                "",
                "key that /v1.0/cluster asks for, equal on every node; empty: <home>/admin-key, made at the first start");
    }

    private static List<Endpoint> members(Settings settings) {
        String text =
                settings.text("cluster.members", "", "host:port,host:port,… of nodes, some or all; empty: no cluster");
        try {
            return Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .filter(member -> !text.isBlank())
                    .map(Endpoint::parse)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("cluster.members: " + e.getMessage());
        }
    }

    private static String name(Settings settings) {
        String name = settings.text("cluster.name", "insula", "nodes of another name are not joined");
        if (name.isBlank()) {
            throw new ConfigurationException("cluster.name: '" + name + "' (expected: a name)");
        }
        return name;
    }

    private static Optional<BusTls> tls(Settings settings) {
        String certificate = settings.text(
                "cluster.tls.certificate", "", "PEM file of this node's certificate on the event bus; empty: in clear");
        String key = settings.text("cluster.tls.key", "", "PEM file of its private key, PKCS#8");
        String authority =
                settings.text("cluster.tls.ca", "", "PEM file of the authority that every node's certificate is from");
        if (certificate.isEmpty() && key.isEmpty() && authority.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new BusTls(
                file("cluster.tls.certificate", certificate),
                file("cluster.tls.key", key),
                file("cluster.tls.ca", authority)));
    }

    private static Path file(String key, String name) {
        if (name.isEmpty()) {
            throw new ConfigurationException(key
                    + " is missing (expected: cluster.tls.certificate, cluster.tls.key and cluster.tls.ca together)");
        }
        Path file = Path.of(name);
        if (!Files.isReadable(file)) {
            throw new ConfigurationException(key + ": " + name + " (expected: a PEM file that can be read)");
        }
        return file;
    }
}
