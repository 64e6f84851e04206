package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Tensor;

/**
 * A value of a decoder in a network.
 *
 * <p><b>Shape:</b> {@code [rows, tokens, width]}, and {@code [wanted, width]} once the wanted tokens are chosen.
 */
record DecoderValue(Tensor tensor, int rank) {}
