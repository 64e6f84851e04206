package io.insula.inference.graph;

import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;

/**
 * The hyperparameters of a decoder-only transformer.
 *
 * @param layers transformer blocks, 0..1024
 * @param heads query heads of each layer, a multiple of {@code kvHeads}
 * @param kvHeads key and value heads of each layer
 * @param headSize elements of one head, even
 * @param hidden elements of a hidden state
 * @param feedForward elements between the two halves of the gated feed-forward network
 * @param vocabulary tokens that the model knows
 * @param contextTokens the longest sequence that the model was trained for
 * @param rope how queries and keys are rotated by their position
 * @param pattern in what the layers' attention differs
 * @param rmsEpsilon added to the mean square before its root is taken
 */
public record DecoderShape(
        int layers,
        int heads,
        int kvHeads,
        int headSize,
        int hidden,
        int feedForward,
        int vocabulary,
        int contextTokens,
        Rope rope,
        LayerPattern pattern,
        double rmsEpsilon) {

    static final int MAX_LAYERS = 1024;

    public DecoderShape {
        check("layers", layers, layers >= 0 && layers <= MAX_LAYERS, "0.." + MAX_LAYERS);
        check("kvHeads", kvHeads, kvHeads >= 1, ">= 1");
        check("heads", heads, heads >= 1 && heads % kvHeads == 0, "a multiple of " + kvHeads + " kvHeads");
        check("headSize", headSize, headSize >= 2 && headSize % 2 == 0, "even, >= 2");
        check("hidden", hidden, hidden >= 1, ">= 1");
        check("feedForward", feedForward, feedForward >= 1, ">= 1");
        check("vocabulary", vocabulary, vocabulary >= 1, ">= 1");
        check("contextTokens", contextTokens, contextTokens >= 2, ">= 2");
        check("rmsEpsilon", rmsEpsilon, rmsEpsilon >= 0, ">= 0");
    }

    /** A decoder without rope scaling, whose layers are all alike. */
    public DecoderShape(
            int layers,
            int heads,
            int kvHeads,
            int headSize,
            int hidden,
            int feedForward,
            int vocabulary,
            int contextTokens,
            double ropeTheta,
            RopeLayout ropeLayout,
            double rmsEpsilon) {
        this(
                layers,
                heads,
                kvHeads,
                headSize,
                hidden,
                feedForward,
                vocabulary,
                contextTokens,
                new Rope(ropeTheta, ropeLayout, new RopeScaling.None()),
                LayerPattern.UNIFORM,
                rmsEpsilon);
    }

    /**
     * Reads the hyperparameters of a checkpoint.
     *
     * @throws ModelFileException for an architecture that is unknown and for hyperparameters that make no decoder
     */
    public static DecoderShape of(Checkpoint checkpoint) {
        return Architecture.of(checkpoint).shape(checkpoint);
    }

    public DecoderShape withRope(Rope other) {
        return with(other, pattern);
    }

    public DecoderShape withPattern(LayerPattern other) {
        return with(rope, other);
    }

    private DecoderShape with(Rope otherRope, LayerPattern otherPattern) {
        return new DecoderShape(
                layers,
                heads,
                kvHeads,
                headSize,
                hidden,
                feedForward,
                vocabulary,
                contextTokens,
                otherRope,
                otherPattern,
                rmsEpsilon);
    }

    /** Elements of all query heads of one token. */
    public int queryWidth() {
        return heads * headSize;
    }

    /** Elements of all key heads of one token, and of all value heads. */
    public int keyWidth() {
        return kvHeads * headSize;
    }

    private static void check(String name, Number value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
