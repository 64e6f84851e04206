package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Reduction;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.djl.tensorrt.network.Unary;

/** Norms over the last dimension, in float32. */
final class RmsNorms {

    private final Network network;
    private final Constants constants;
    private final double epsilon;

    RmsNorms(Network network, Constants constants, double epsilon) {
        this.network = network;
        this.constants = constants;
        this.epsilon = epsilon;
    }

    /** {@code x / sqrt(mean(x * x) + epsilon) * gain}, all float32. */
    Tensor of(Tensor x, int rank, Tensor gain) {
        Tensor squares = network.elementwise(Elementwise.PRODUCT, x, x);
        Tensor mean = network.reduce(Reduction.MEAN, squares, rank - 1);
        Tensor root = network.unary(
                Unary.SQUARE_ROOT, network.elementwise(Elementwise.SUM, mean, constants.scalar(epsilon, rank)));
        Tensor normalised = network.elementwise(Elementwise.PRODUCT, x, network.unary(Unary.RECIPROCAL, root));
        return network.elementwise(Elementwise.PRODUCT, normalised, gain);
    }
}
