package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.graph.AttentionLayer;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.weights.ModelTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes heads of what a layer's first product gives: split, normalised, rotated, the queries scaled. */
final class HeadSplit {

    /**
     * The heads of one layer.
     *
     * @param query {@code [B, heads, S, headSize]}
     * @param key {@code [B, kvHeads, S, headSize]}
     * @param value like the keys
     */
    record Heads(Tensor query, Tensor key, Tensor value) {}

    private final Network network;
    private final Constants constants;
    private final PackedWeights weights;
    private final StepTensors step;
    private final RmsNorms norms;
    private final DecoderShape shape;
    private final NetworkOptions options;
    private @Nullable Rotation rotation;

    HeadSplit(
            Network network,
            Constants constants,
            PackedWeights weights,
            StepTensors step,
            RmsNorms norms,
            DecoderShape shape,
            NetworkOptions options) {
        this.network = network;
        this.constants = constants;
        this.weights = weights;
        this.step = step;
        this.norms = norms;
        this.shape = shape;
        this.options = options;
    }

    /** {@code [B, S, queryWidth + 2 * keyWidth]}: queries and keys are treated side by side. */
    Heads of(Tensor queryKeyValue, AttentionLayer layer) {
        if (layer.rotary() && rotation == null) {
            rotation = options.dialect() == Dialect.PORTABLE
                    ? new PlainRotation(network, constants, step, shape, options.positions())
                    : new LayerRotation(network, constants, step, shape, options.positions());
        }
        network.part("heads " + layer.index());
        int size = shape.headSize();
        int both = shape.heads() + shape.kvHeads();
        Tensor queryKey = step.part(queryKeyValue, 0, both * size);
        Tensor value = step.part(queryKeyValue, both * size, shape.keyWidth());
        Tensor heads = network.cast(heads(queryKey, both), ElementType.FLOAT32);
        if (layer.queryGain() != null && layer.keyGain() != null) {
            heads = norms.of(heads, 4, gains(layer.queryGain(), layer.keyGain()));
        }
        if (layer.rotary() && rotation != null) {
            heads = rotation.rotate(heads);
        }
        Tensor query = network.elementwise(
                Elementwise.PRODUCT,
                step.heads(heads, 0, shape.heads(), size),
                constants.scalar(1 / Math.sqrt(size), 4));
        Tensor key = step.heads(heads, shape.heads(), shape.kvHeads(), size);
        return new Heads(
                network.cast(query, options.type()), network.cast(key, options.type()), heads(value, shape.kvHeads()));
    }

    /** {@code [B, S, heads * headSize]} to {@code [B, heads, S, headSize]}. */
    private Tensor heads(Tensor x, int count) {
        return network.transpose(network.reshape(x, 0, 0, count, shape.headSize()), 0, 2, 1, 3);
    }

    /** {@code [1, heads + kvHeads, 1, headSize]}. */
    private Tensor gains(ModelTensor query, ModelTensor key) {
        List<ModelTensor> stacked = new ArrayList<>(Collections.nCopies(shape.heads(), query));
        stacked.addAll(Collections.nCopies(shape.kvHeads(), key));
        return weights.of(stacked, ElementType.FLOAT32, 1, stacked.size(), 1, shape.headSize());
    }
}
