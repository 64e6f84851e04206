package io.insula.inference.graph;

import java.util.List;

/**
 * In what the attention of a decoder's layers differs.
 *
 * @param window the most recent positions that a windowed layer sees, a token's own included; 0 without such layers
 * @param windowed the layers with a sliding window
 * @param unrotated the layers whose queries and keys are not rotated by their position
 */
public record LayerPattern(int window, List<Integer> windowed, List<Integer> unrotated) {

    /** Every layer rotates and sees everything before it. */
    public static final LayerPattern UNIFORM = new LayerPattern(0, List.of(), List.of());

    public LayerPattern {
        windowed = List.copyOf(windowed);
        unrotated = List.copyOf(unrotated);
        if (windowed.isEmpty() ? window != 0 : window < 1) {
            throw new IllegalArgumentException("sliding window: " + window + " for " + windowed.size()
                    + " layers (expected: >= 1 where a layer has one, else 0)");
        }
    }

    /** The positions that a layer sees, or 0 for all. */
    public int window(int layer) {
        return windowed.contains(layer) ? window : 0;
    }

    public boolean rotates(int layer) {
        return !unrotated.contains(layer);
    }
}
