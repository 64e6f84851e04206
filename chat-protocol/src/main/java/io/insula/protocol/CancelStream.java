package io.insula.protocol;

/**
 * Tells an inference node to free the stream's slot now; idempotent, and harmless for a stream that it does not know.
 *
 * @param request the stream
 * @param attempt only this attempt, and those before it, are cancelled
 */
public record CancelStream(RequestId request, int attempt) {}
