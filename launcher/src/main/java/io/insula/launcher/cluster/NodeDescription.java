package io.insula.launcher.cluster;

import com.hazelcast.cluster.Member;
import io.insula.protocol.NodeId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells the others of itself when it joins; it does not change.
 *
 * @param roles api, inference or both
 * @param version of the program
 * @param started when its process began
 * @param secret a fingerprint of the secret that access keys are hashed with; empty where the node has none
 * @param address of its membership traffic; empty outside a cluster
 */
public record NodeDescription(
        NodeId id, List<String> roles, String version, Instant started, String secret, String address) {

    private static final String NODE = "insula.node";
    private static final String ROLES = "insula.roles";
    private static final String VERSION = "insula.version";
    private static final String STARTED = "insula.started";
    private static final String SECRET = "insula.secret";

    public NodeDescription {
        roles = List.copyOf(roles);
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
                secret);
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
                    Arrays.asList(said(member, ROLES).split(",", -1)),
                    said(member, VERSION),
                    Instant.ofEpochMilli(Long.parseLong(said(member, STARTED))),
                    said(member, SECRET),
                    member.getAddress().getHost() + ":" + member.getAddress().getPort()));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static String said(Member member, String attribute) {
        @Nullable String value = member.getAttribute(attribute);
        return value == null ? "" : value;
    }
}
