package io.insula.inference.graph.tensorrt;

/** Which of TensorRT's layers a network is made of. */
public enum Dialect {
    /** Plain operations, which every version has; who runs the network appends the new keys and values to the caches. */
    PORTABLE,
    /** TensorRT's layers for rotation, attention and the update of caches in place, which there are from 10.15 on. */
    LAYERS
}
