package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Reduction;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.djl.tensorrt.network.Unary;
import io.insula.inference.graph.DecoderShape;
import org.jspecify.annotations.Nullable;

/**
 * Attention of plain operations over a cache and the new tokens beside it, whose keys and values are outputs.
 *
 * <p>The cache is read once and never copied: both halves have scores of their own, exponentials below one common maximum, and
 * the sums of both are divided by one common denominator. Scores of what a query must not see are replaced, not added to,
 * since they may be anything.
 */
final class PlainAttention implements Attention {

    /** Below every score, and above minus infinity after a maximum was subtracted. */
    private static final float UNSEEN = -3e38f;

    private static final int LAST = 3;

    private final Network network;
    private final Constants constants;
    private final StepTensors step;
    private final DecoderShape shape;
    private final ElementType type;
    private @Nullable Visibility visibility;

    PlainAttention(Network network, Constants constants, StepTensors step, DecoderShape shape, ElementType type) {
        this.network = network;
        this.constants = constants;
        this.step = step;
        this.shape = shape;
        this.type = type;
    }

    @Override
    public Tensor attend(int layer, int window, Tensor query, Tensor key, Tensor value) {
        network.output(DecoderNetwork.newKey(layer), key);
        network.output(DecoderNetwork.newValue(layer), value);
        Tensor cachedKeys = step.cache(DecoderNetwork.key(layer), type, shape, -1);
        Tensor cachedValues = step.cache(DecoderNetwork.value(layer), type, shape, -1);
        if (visibility == null) {
            visibility = new Visibility(network, constants, step, shape, cachedKeys);
        }
        Tensor cachedVisible = visibility.cached(window);
        Tensor freshVisible = visibility.fresh(window);
        network.part("attention " + layer);
        Tensor grouped = network.reshape(query, 0, shape.kvHeads(), -1, shape.headSize());
        Tensor cached = scores(grouped, cachedKeys, cachedVisible);
        Tensor fresh = scores(grouped, key, freshVisible);
        Tensor most = network.elementwise(Elementwise.MAXIMUM, largest(cached), largest(fresh));
        Tensor cachedWeights = exponentials(cached, most);
        Tensor freshWeights = exponentials(fresh, most);
        Tensor sum = network.elementwise(
                Elementwise.SUM,
                network.reduce(Reduction.SUM, cachedWeights, LAST),
                network.reduce(Reduction.SUM, freshWeights, LAST));
        Tensor weighted = network.elementwise(
                Elementwise.SUM, weighted(cachedWeights, cachedValues), weighted(freshWeights, value));
        Tensor attended = network.elementwise(Elementwise.QUOTIENT, weighted, sum);
        return ungrouped(network.cast(attended, type));
    }

    /** {@code [B, kvHeads, grouped, headSize]} to {@code [B, S, heads * headSize]}. */
    private Tensor ungrouped(Tensor attended) {
        Tensor byHead = network.reshape(attended, 0, shape.heads(), -1, shape.headSize());
        return network.reshape(network.transpose(byHead, 0, 2, 1, 3), 0, 0, shape.queryWidth());
    }

    private Tensor scores(Tensor query, Tensor keys, Tensor visible) {
        Tensor scores = network.cast(network.product(query, keys, true), ElementType.FLOAT32);
        return network.select(visible, scores, constants.scalar(UNSEEN, 4));
    }

    private Tensor largest(Tensor scores) {
        return network.reduce(Reduction.MAXIMUM, scores, LAST);
    }

    private Tensor exponentials(Tensor scores, Tensor most) {
        return network.unary(Unary.EXPONENTIAL, network.elementwise(Elementwise.DIFFERENCE, scores, most));
    }

    private Tensor weighted(Tensor weights, Tensor values) {
        return network.cast(network.product(network.cast(weights, type), values), ElementType.FLOAT32);
    }
}
