package io.insula.djl.tensorrt.network;

/**
 * The largest elements along the last axis, in descending order.
 *
 * @param values the elements
 * @param indices where they are, int32
 */
public record Largest(Tensor values, Tensor indices) {}
