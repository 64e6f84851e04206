package io.insula.protocol;

/**
 * A question that does nothing, to one of a node's fixed addresses: whoever hears it there replies with a {@link ProbeReply}.
 *
 * @param sender who sends it
 */
public record Probe(NodeId sender) {}
