package io.insula.inference.engine;

/**
 * The largest logits of each row, and what the others sum to.
 *
 * <p><b>Thread:</b> the engine's device thread. Valid until the next call on the engine.
 */
public interface TopLogits {

    /**
     * How far {@link #logSum} may be from the logarithm of the exact sum: more than float32 loses in sums of a few thousand
     * parts that are summed themselves.
     */
    double LOG_SUM_ERROR = 1e-4;

    /** Logits that are told of each row: at most the vocabulary. */
    int count();

    /**
     * Copies the largest logits of a row, bit for bit, and their tokens, in any order. Where more tokens have the least of them,
     * some are missing.
     *
     * @param values at least {@link #count} long
     * @param tokens at least as long
     */
    void copyTop(int row, float[] values, int[] tokens);

    /** The logarithm of the sum of the exponentials of all logits of a row, to {@link #LOG_SUM_ERROR}. */
    float logSum(int row);

    /** Whether all logits of a row are finite. Else nothing that is told of it is to be relied on. */
    boolean finite(int row);
}
