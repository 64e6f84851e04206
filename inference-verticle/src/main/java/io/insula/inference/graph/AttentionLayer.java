package io.insula.inference.graph;

import io.insula.inference.weights.ModelTensor;
import org.jspecify.annotations.Nullable;

/**
 * What one layer's attention does beside attending.
 *
 * @param index of the layer, from 0
 * @param rotary whether queries and keys are rotated by their position
 * @param window the most recent positions that a token sees, its own included; 0: all
 * @param queryGain of a norm over each query head before the rotation; null: none
 * @param keyGain of a norm over each key head before the rotation; null: none
 */
public record AttentionLayer(
        int index,
        boolean rotary,
        int window,
        @Nullable ModelTensor queryGain,
        @Nullable ModelTensor keyGain) {

    public AttentionLayer {
        if ((queryGain == null) != (keyGain == null)) {
            throw new IllegalArgumentException(
                    "layer " + index + ": a norm of either queries or keys (expected: of both or of none)");
        }
    }
}
