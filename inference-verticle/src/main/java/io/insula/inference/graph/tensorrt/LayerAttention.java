package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.graph.DecoderShape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Attention by TensorRT's own layers, over caches that are updated in place.
 *
 * <p>What a query sees is always told by an explicit mask: lengths given to the layer instead made some versions attend to what
 * lies behind a sequence's end.
 */
final class LayerAttention implements Attention {

    private final Network network;
    private final Constants constants;
    private final StepTensors step;
    private final DecoderShape shape;
    private final NetworkOptions options;
    private final Map<Integer, Tensor> visible = new HashMap<>();

    LayerAttention(Network network, Constants constants, StepTensors step, DecoderShape shape, NetworkOptions options) {
        this.network = network;
        this.constants = constants;
        this.step = step;
        this.shape = shape;
        this.options = options;
    }

    @Override
    public Tensor attend(int layer, int window, Tensor query, Tensor key, Tensor value) {
        Tensor seen = visible.computeIfAbsent(window, this::visible);
        network.part("attention " + layer);
        Tensor keys = updated(DecoderNetwork.key(layer), DecoderNetwork.presentKey(layer), key);
        Tensor values = updated(DecoderNetwork.value(layer), DecoderNetwork.presentValue(layer), value);
        Tensor attended = network.attention(query, keys, values, seen);
        return network.reshape(network.transpose(attended, 0, 2, 1, 3), 0, 0, shape.queryWidth());
    }

    private Tensor updated(String cache, String present, Tensor rows) {
        Tensor input = step.cache(cache, options.type(), shape, options.capacity());
        Tensor updated = network.cacheUpdate(input, rows, step.past());
        network.output(present, updated);
        return updated;
    }

    /** {@code [B, 1, S, capacity]}: the positions up to a token's own, with a window the most recent of them. */
    private Tensor visible(int window) {
        network.part("visibility");
        int[] numbers = new int[options.capacity()];
        Arrays.setAll(numbers, i -> i);
        Tensor cached = constants.integers(new long[] {1, 1, 1, numbers.length}, numbers);
        Tensor position = network.reshape(step.positions(), 0, 1, -1, 1);
        Tensor next = network.elementwise(Elementwise.SUM, position, constants.scalar(1, 4));
        Tensor causal = network.elementwise(Elementwise.LESS, cached, next);
        if (window == 0) {
            return causal;
        }
        Tensor oldest = network.elementwise(Elementwise.DIFFERENCE, position, constants.scalar(window, 4));
        return network.elementwise(Elementwise.AND, causal, network.elementwise(Elementwise.GREATER, cached, oldest));
    }
}
