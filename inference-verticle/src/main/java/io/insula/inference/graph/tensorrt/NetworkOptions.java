package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;

/**
 * How a decoder is written as a network.
 *
 * @param dialect which layers it is made of
 * @param type of computation, of caches and of weights that are not quantised: a floating type
 * @param weights how the matrices of the blocks are kept
 * @param positions that a sequence may have, 1..2^24: so long are the rotary tables
 * @param top how many of the largest logits leave, 1..3840; no more than the vocabulary leave
 * @param capacity positions of the caches in the dialect of layers, which must be known when the plan is built; 0 in the
 *     portable dialect, where they are open
 */
public record NetworkOptions(
        Dialect dialect, ElementType type, WeightForm weights, int positions, int top, int capacity) {

    /** TensorRT's own bound. */
    private static final int MOST_TOP = 3840;
    /** Float32 tells all positions up to here apart. */
    private static final int MOST_POSITIONS = 1 << 24;

    private static final int COMMON_TOP = 64;

    public NetworkOptions {
        check("type", type, type.floating(), "float32, float16 or bfloat16");
        check("positions", positions, positions >= 1 && positions <= MOST_POSITIONS, "1.." + MOST_POSITIONS);
        check("top", top, top >= 1 && top <= MOST_TOP, "1.." + MOST_TOP);
        boolean open = dialect == Dialect.PORTABLE;
        check("capacity", capacity, open ? capacity == 0 : capacity >= 1, open ? "0 where it is open" : ">= 1");
    }

    /** Plain operations, caches of any length. */
    public static NetworkOptions portable(ElementType type, int positions) {
        return new NetworkOptions(Dialect.PORTABLE, type, WeightForm.PLAIN, positions, COMMON_TOP, 0);
    }

    /** TensorRT's layers, caches of one length. */
    public static NetworkOptions layers(ElementType type, int positions, int capacity) {
        return new NetworkOptions(Dialect.LAYERS, type, WeightForm.PLAIN, positions, COMMON_TOP, capacity);
    }

    public NetworkOptions withTop(int other) {
        return new NetworkOptions(dialect, type, weights, positions, other, capacity);
    }

    public NetworkOptions withWeights(WeightForm other) {
        return new NetworkOptions(dialect, type, other, positions, top, capacity);
    }

    private static void check(String name, Object value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
