package io.insula.inference.engine;

/**
 * Keys and values of a run of a sequence's tokens, in memory of their own.
 *
 * <p><b>Thread:</b> the engine's device thread, which also closes it; {@link #from}, {@link #to} and {@link #bytes} on any.
 */
public interface KvBlock extends AutoCloseable {

    /** Index in the sequence of the first token. */
    int from();

    /** Index in the sequence behind the last token. */
    int to();

    /** The memory that it holds until it is closed. */
    long bytes();

    /** Frees the memory; the block cannot be loaded any longer. */
    @Override
    void close();
}
