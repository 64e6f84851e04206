package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Tensor;

/** Attends, and keeps the step's keys and values; one way for each {@link Dialect}. */
interface Attention {

    /**
     * Attention of one layer.
     *
     * @param layer which one, from 0
     * @param window how many positions a token sees, 0 for all
     * @param query {@code [B, heads, S, headSize]}, scaled and rotated
     * @param key {@code [B, kvHeads, S, headSize]}, rotated
     * @param value like the keys
     * @return {@code [B, S, heads * headSize]}
     */
    Tensor attend(int layer, int window, Tensor query, Tensor key, Tensor value);
}
