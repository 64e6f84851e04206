package io.insula.djl.tensorrt.network;

/** What becomes of the elements along an axis. */
public enum Reduction {
    SUM,
    MEAN,
    MAXIMUM
}
