package io.insula.inference.graph.tensorrt;

/** How the matrices of a decoder's blocks are kept. */
public enum WeightForm {
    /** In the type of computation. */
    PLAIN
}
