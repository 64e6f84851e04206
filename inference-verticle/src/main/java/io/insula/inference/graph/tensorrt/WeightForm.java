package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;

/** How the matrices of a decoder's blocks are kept; the embedding and the last product are always plain. */
public enum WeightForm {
    /** In the type of computation. */
    PLAIN,
    /** As E4M3, one scale an output; the products stay in the type of computation. */
    FLOAT8,
    /** As whole numbers from -7 to 7, a scale for every 128 inputs of an output, or 64 or 32 where those do not divide them. */
    INT4;

    ElementType type(ElementType computed) {
        return switch (this) {
            case PLAIN -> computed;
            case FLOAT8 -> ElementType.FLOAT8;
            case INT4 -> ElementType.INT4;
        };
    }
}
