package io.insula.protocol;

/**
 * An HTTP node's answer to {@link OrphanedUsage}.
 *
 * @param request the stream
 * @param recorded true where the answering node keeps the usage, safe from its own death: the sender need not think of it any
 *     longer; false where it still hears the stream's HTTP node, which accounts for its streams itself while it lives: the
 *     sender asks again later
 */
public record UsageTaken(RequestId request, boolean recorded) {}
