package io.insula.launcher.cluster;

import com.hazelcast.cluster.Member;
import io.insula.protocol.NodeId;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells the others of itself when it joins; it does not change.
 *
 * @param roles api, inference or both
 * @param version of the program
 * @param started when its process began
 * @param secret a fingerprint of the secret that access keys are hashed with; empty where the node has none
 * @param address of its membership traffic; empty outside a cluster
 * @param engines the inference nodes of this process: itself, or others where it has several devices; none without that role
 */
public record NodeDescription(
        NodeId id,
        List<String> roles,
        String version,
        Instant started,
        String secret,
        String address,
        List<NodeId> engines) {

    /** The role of those that run models. */
    static final String INFERENCE = "inference";

    private static final String NODE = "insula.node";
    private static final String ROLES = "insula.roles";
    private static final String VERSION = "insula.version";
    private static final String STARTED = "insula.started";
    private static final String SECRET = "insula.secret";
    private static final String ENGINES = "insula.engines";

    public NodeDescription {
        roles = List.copyOf(roles);
        engines = List.copyOf(engines);
    }

    /** A node that is its own inference node, if it has that role. */
    public NodeDescription(
            NodeId id, List<String> roles, String version, Instant started, String secret, String address) {
        this(id, roles, version, started, secret, address, roles.contains(INFERENCE) ? List.of(id) : List.of());
    }

    /** Every name under which this process sends and is sent messages. */
    public Set<NodeId> names() {
        Set<NodeId> names = new LinkedHashSet<>(List.of(id));
        names.addAll(engines);
        return names;
    }

    Map<String, String> toAttributes() {
        return Map.of(
                NODE,
                id.value(),
                ROLES,
                String.join(",", roles),
                VERSION,
                version,
                STARTED,
                Long.toString(started.toEpochMilli()),
                SECRET,
                secret,
                ENGINES,
                engines.stream().map(NodeId::value).collect(Collectors.joining(",")));
    }

    /** Reads what a member says; empty for members that are no nodes of this program, or speak another form. */
    static Optional<NodeDescription> of(Member member) {
        @Nullable String node = member.getAttribute(NODE);
        if (node == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new NodeDescription(
                    new NodeId(node),
                    words(member, ROLES),
                    said(member, VERSION),
                    Instant.ofEpochMilli(Long.parseLong(said(member, STARTED))),
                    said(member, SECRET),
                    member.getAddress().getHost() + ":" + member.getAddress().getPort(),
                    engines(member, node)));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** Members of before said nothing of this. */
    private static List<NodeId> engines(Member member, String node) {
        if (member.getAttribute(ENGINES) == null) {
            return words(member, ROLES).contains(INFERENCE) ? List.of(new NodeId(node)) : List.of();
        }
        return words(member, ENGINES).stream()
                .filter(engine -> !engine.isEmpty())
                .map(NodeId::new)
                .toList();
    }

    private static List<String> words(Member member, String attribute) {
        return Arrays.asList(said(member, attribute).split(",", -1));
    }

    private static String said(Member member, String attribute) {
        @Nullable String value = member.getAttribute(attribute);
        return value == null ? "" : value;
    }
}
