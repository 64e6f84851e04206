package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Largest;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Reduction;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.djl.tensorrt.network.Unary;

/** What leaves a network: all logits, and what a sampler needs of them where they stay. */
final class Ending {

    private final Network network;
    private final NetworkOptions options;

    Ending(Network network, NetworkOptions options) {
        this.network = network;
        this.options = options;
    }

    /** Ends a network with {@code [W, vocabulary]} float32. */
    void write(Tensor logits, int vocabulary) {
        network.output(DecoderNetwork.LOGITS, logits);
        Largest top = network.largest(logits, Math.min(options.top(), vocabulary));
        network.output(DecoderNetwork.TOP_VALUES, top.values());
        network.output(DecoderNetwork.TOP_IDS, top.indices());
        Tensor most = network.reduce(Reduction.MAXIMUM, logits, 1);
        Tensor weights = network.unary(Unary.EXPONENTIAL, network.elementwise(Elementwise.DIFFERENCE, logits, most));
        Tensor sum = network.reduce(Reduction.SUM, weights, 1);
        Tensor logSum = network.elementwise(Elementwise.SUM, network.unary(Unary.LOGARITHM, sum), most);
        network.output(DecoderNetwork.LOG_SUM, network.reshape(logSum, -1));
        // An exponential of minus infinity leaves the sum finite.
        Tensor negated = network.elementwise(Elementwise.DIFFERENCE, most, logits);
        Tensor depth = network.reduce(Reduction.MAXIMUM, negated, 1);
        network.output(DecoderNetwork.DEPTH, network.reshape(depth, -1));
    }
}
