package io.insula.inference.embed;

/**
 * Turns a text into an embedding model's tokens, its marks included.
 *
 * <p><b>Thread:</b> any.
 */
public interface TextEncoder extends AutoCloseable {

    /** All tokens of a text: nothing is cut off. */
    int[] encode(String text);

    @Override
    void close();
}
