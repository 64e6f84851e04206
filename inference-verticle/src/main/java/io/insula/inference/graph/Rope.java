package io.insula.inference.graph;

/**
 * Rotary position embedding: which elements of a head turn together, and how fast.
 *
 * <p><b>Units:</b> radians a position.
 *
 * <p><b>Source:</b> Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021.
 *
 * @param theta base of the frequencies
 * @param layout which elements are a pair
 * @param scaling what stretches the frequencies beyond the context that the model was first trained for
 */
public record Rope(double theta, RopeLayout layout, RopeScaling scaling) {

    public Rope {
        if (!(theta > 1)) {
            throw new IllegalArgumentException("ropeTheta: " + theta + " (expected: > 1)");
        }
    }

    /** How fast a pair of a head turns. */
    public double frequency(int pair, int headSize) {
        return scaling.scaled(Math.pow(theta, -2.0 * pair / headSize), pair, headSize, theta);
    }

    /** What the rotated elements are multiplied with. */
    public double magnitude() {
        return scaling.magnitude();
    }
}
