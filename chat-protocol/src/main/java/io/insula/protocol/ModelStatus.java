package io.insula.protocol;

/**
 * What one engine of a node can take right now.
 *
 * @param model the base model it serves
 * @param fingerprint numerics fingerprint: engines with equal ones continue each other's streams bit for bit
 * @param contextTokens longest prompt plus answer
 * @param slots streams that run at once
 * @param freeSlots slots nobody holds
 * @param queuedTokens tokens that the streams which wait for a slot may come to, prompts and longest answers
 * @param queuedStreams streams that wait for a slot
 * @param queueCapacity streams that may wait
 * @param tokensPerSecond tokens that one stream got a second as of late; 0 while that is unknown
 */
public record ModelStatus(
        ModelName model,
        String fingerprint,
        int contextTokens,
        int slots,
        int freeSlots,
        int queuedTokens,
        int queuedStreams,
        int queueCapacity,
        int tokensPerSecond) {

    /** The status of an engine of unknown speed. */
    public ModelStatus(
            ModelName model,
            String fingerprint,
            int contextTokens,
            int slots,
            int freeSlots,
            int queuedTokens,
            int queuedStreams,
            int queueCapacity) {
        this(model, fingerprint, contextTokens, slots, freeSlots, queuedTokens, queuedStreams, queueCapacity, 0);
    }
}
