package io.insula.protocol;

import java.util.Map;
import java.util.Optional;

/** The only place where event-bus addresses are spelled; all are fixed per node and registered once at start. */
public final class Addresses {

    /** Published once a second by every inference node. */
    public static final String INFERENCE_STATUS = "inference.status";

    /** Published once a second by every HTTP node. */
    public static final String API_STATUS = "api.status";

    private static final String ADMIT = ".admit";
    private static final String EMBED = ".embed";
    private static final String CONTROL = ".control";
    private static final String FRAMES = ".frames";
    private static final String USAGE = ".usage";
    private static final String PROBE = ".probe";

    private static final Map<String, Class<?>> BODY_TYPES = Map.of(
            ADMIT, GenerateCommand.class,
            EMBED, EmbedCommand.class,
            CONTROL, CancelStream.class,
            FRAMES, FrameBatch.class,
            USAGE, OrphanedUsage.class,
            PROBE, ProbeRequest.class);

    private Addresses() {}

    /** The type of what is sent to an address, a {@link Probe} aside; empty for a reply's, which takes any answer. */
    public static Optional<Class<?>> bodyType(String address) {
        return switch (address) {
            case INFERENCE_STATUS -> Optional.of(EngineStatus.class);
            case API_STATUS -> Optional.of(ApiStatus.class);
            default -> {
                int dot = address.lastIndexOf('.');
                yield dot < 0 ? Optional.empty() : Optional.ofNullable(BODY_TYPES.get(address.substring(dot)));
            }
        };
    }

    /** Whether several nodes listen at an address, so that what is told there is published. */
    public static boolean isShared(String address) {
        return address.equals(INFERENCE_STATUS) || address.equals(API_STATUS);
    }

    /** Where an inference node answers {@link GenerateCommand} with an {@link Admission}. */
    public static String admit(NodeId inferenceNode) {
        return "inference." + inferenceNode + ADMIT;
    }

    /** Where an inference node answers {@link EmbedCommand} with an {@link EmbedReply}. */
    public static String embed(NodeId inferenceNode) {
        return "inference." + inferenceNode + EMBED;
    }

    /** Where an inference node takes {@link CancelStream}. */
    public static String control(NodeId inferenceNode) {
        return "inference." + inferenceNode + CONTROL;
    }

    /** Where one instance of a node's HTTP verticle takes {@link FrameBatch}. */
    public static String frames(NodeId apiNode, int instance) {
        return "api." + apiNode + "." + instance + FRAMES;
    }

    /** Where an HTTP node answers {@link OrphanedUsage} with {@link UsageTaken}. */
    public static String usage(NodeId apiNode) {
        return "api." + apiNode + USAGE;
    }

    /** Where a node answers {@link ProbeRequest} with a {@link ProbeReply}. */
    public static String probe(NodeId node) {
        return "node." + node + PROBE;
    }
}
