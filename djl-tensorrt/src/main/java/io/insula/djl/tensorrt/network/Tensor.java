package io.insula.djl.tensorrt.network;

/** A value of a network, of use to the network that made it only. */
public interface Tensor {

    ElementType type();
}
