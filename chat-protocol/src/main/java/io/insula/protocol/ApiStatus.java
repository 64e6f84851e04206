package io.insula.protocol;

/**
 * An HTTP node's lease, published every second to {@link Addresses#API_STATUS}: when it ends, engines cancel that
 * node's streams.
 *
 * @param node who speaks
 * @param newestVersion newest protocol version the node reads
 * @param leaving true in the last message of a node that stops on purpose
 * @param oldestVersion oldest protocol version the node reads
 * @param activeStreams generations of the node that have not ended
 * @param instances instances of its HTTP verticle
 */
public record ApiStatus(
        NodeId node, int newestVersion, boolean leaving, int oldestVersion, int activeStreams, int instances) {

    /** What a node reads that says nothing of its oldest version. */
    public static final int UNSAID_OLDEST_VERSION = 2;

    /** The status of a node that says only what those of version 2 do. */
    public ApiStatus(NodeId node, int newestVersion, boolean leaving) {
        this(node, newestVersion, leaving, UNSAID_OLDEST_VERSION, 0, 0);
    }
}
