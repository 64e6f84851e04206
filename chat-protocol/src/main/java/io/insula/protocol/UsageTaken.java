package io.insula.protocol;

/**
 * An HTTP node's answer to {@link OrphanedUsage}: the sender need not think of it any longer.
 *
 * @param request the stream
 * @param recorded whether the answering node keeps the usage, safe from its own death; false where it hears the stream's
 *     HTTP node, which lives and accounts for its streams itself
 */
public record UsageTaken(RequestId request, boolean recorded) {}
