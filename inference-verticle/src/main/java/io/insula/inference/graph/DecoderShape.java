package io.insula.inference.graph;

/**
 * The hyperparameters of a decoder-only transformer.
 *
 * @param layers transformer blocks, at least 0
 * @param heads query heads of each layer, a multiple of {@code kvHeads}
 * @param kvHeads key and value heads of each layer
 * @param headSize elements of one head, even
 * @param hidden elements of a hidden state
 * @param feedForward elements between the two halves of the gated feed-forward network
 * @param vocabulary tokens that the model knows
 * @param contextTokens the longest sequence that the model was trained for
 * @param ropeTheta the base of the rotary frequencies
 * @param ropeLayout which elements are rotated together
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
        double ropeTheta,
        RopeLayout ropeLayout,
        double rmsEpsilon) {

    public DecoderShape {
        check("layers", layers, layers >= 0, ">= 0");
        check("kvHeads", kvHeads, kvHeads >= 1, ">= 1");
        check("heads", heads, heads >= 1 && heads % kvHeads == 0, "a multiple of " + kvHeads + " kvHeads");
        check("headSize", headSize, headSize >= 2 && headSize % 2 == 0, "even, >= 2");
        check("hidden", hidden, hidden >= 1, ">= 1");
        check("feedForward", feedForward, feedForward >= 1, ">= 1");
        check("vocabulary", vocabulary, vocabulary >= 1, ">= 1");
        check("contextTokens", contextTokens, contextTokens >= 2, ">= 2");
        check("ropeTheta", ropeTheta, ropeTheta > 0, "> 0");
        check("rmsEpsilon", rmsEpsilon, rmsEpsilon >= 0, ">= 0");
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
