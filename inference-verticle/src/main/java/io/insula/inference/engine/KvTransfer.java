package io.insula.inference.engine;

/**
 * Moves keys and values between an engine's slots and memory of their own, for prefixes and for choices that wait.
 *
 * <p><b>Thread:</b> the engine's device thread.
 */
public interface KvTransfer {

    /** Memory that {@link #save} takes for each token. */
    long tokenBytes();

    /**
     * Copies the tokens {@code [from, to)} of a slot to memory of their own; the slot stays as it is.
     *
     * @param from at least 0
     * @param to more than {@code from}, at most the slot's length
     */
    KvBlock save(int slot, int from, int to);

    /**
     * Appends a saved block to a slot that holds exactly the tokens before it; bit for bit as if it had computed them.
     *
     * @param block of this engine, or of one loaded from the same description and settings
     */
    void load(KvBlock block, int slot);
}
