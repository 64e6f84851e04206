package io.insula.protocol;

/**
 * An HTTP node's lease, published every second to {@link Addresses#API_STATUS}: when it ends, engines cancel that
 * node's streams.
 *
 * @param node who speaks
 * @param newestVersion newest protocol version the node reads
 * @param leaving true in the last message of a node that stops on purpose
 */
public record ApiStatus(NodeId node, int newestVersion, boolean leaving) {}
