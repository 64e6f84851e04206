package io.insula.djl.tensorrt.network;

/** What is computed of each element. */
public enum Unary {
    EXPONENTIAL,
    LOGARITHM,
    SQUARE_ROOT,
    RECIPROCAL,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID
}
