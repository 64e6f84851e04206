package io.insula.protocol;

/** The only place where event-bus addresses are spelled; all are fixed per node and registered once at start. */
public final class Addresses {

    /** Published once a second by every inference node. */
    public static final String INFERENCE_STATUS = "inference.status";

    /** Published once a second by every HTTP node. */
    public static final String API_STATUS = "api.status";

    private Addresses() {}

    /** Where an inference node answers {@link GenerateCommand} with an {@link Admission}. */
    public static String admit(NodeId inferenceNode) {
        return "inference." + inferenceNode + ".admit";
    }

    /** Where an inference node answers {@link EmbedCommand} with an {@link EmbedReply}. */
    public static String embed(NodeId inferenceNode) {
        return "inference." + inferenceNode + ".embed";
    }

    /** Where an inference node takes {@link CancelStream}. */
    public static String control(NodeId inferenceNode) {
        return "inference." + inferenceNode + ".control";
    }

    /** Where one instance of a node's HTTP verticle takes {@link FrameBatch}. */
    public static String frames(NodeId apiNode, int instance) {
        return "api." + apiNode + "." + instance + ".frames";
    }

    /** Where an HTTP node answers {@link OrphanedUsage} with {@link UsageTaken}. */
    public static String usage(NodeId apiNode) {
        return "api." + apiNode + ".usage";
    }

    /** Where a node answers {@link ProbeRequest} with a {@link ProbeReply}. */
    public static String probe(NodeId node) {
        return "node." + node + ".probe";
    }
}
