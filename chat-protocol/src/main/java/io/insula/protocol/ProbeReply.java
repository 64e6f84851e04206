package io.insula.protocol;

/**
 * Whether a {@link Probe} was heard at the address that was asked about.
 *
 * @param heard true where it was
 */
public record ProbeReply(boolean heard) {}
