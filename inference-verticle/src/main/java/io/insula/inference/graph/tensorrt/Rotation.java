package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Tensor;

/** Turns queries and keys by their positions. */
interface Rotation {

    /** {@code [B, heads, S, headSize]} float32, in and out. */
    Tensor rotate(Tensor heads);
}
