package io.insula.inference.graph;

import io.insula.inference.weights.ModelTensor;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes nothing: tells of each tensor that a description uses, as often as it does. */
public final class TensorWalk implements GraphWriter<Integer> {

    private static final Integer NOTHING = 0;

    private final Consumer<ModelTensor> told;

    public TensorWalk(Consumer<ModelTensor> told) {
        this.told = told;
    }

    private Integer uses(@Nullable ModelTensor tensor) {
        if (tensor != null) {
            told.accept(tensor);
        }
        return NOTHING;
    }

    @Override
    public Integer embedding(ModelTensor table) {
        return uses(table);
    }

    @Override
    public Integer rmsNorm(Integer x, ModelTensor gain) {
        return uses(gain);
    }

    @Override
    public Integer linear(Integer x, List<ModelTensor> weights, List<ModelTensor> biases) {
        weights.forEach(told);
        biases.forEach(told);
        return NOTHING;
    }

    @Override
    public Integer attention(Integer queryKeyValue, AttentionLayer layer) {
        uses(layer.queryGain());
        return uses(layer.keyGain());
    }

    @Override
    public Integer gatedSilu(Integer gateAndUp) {
        return NOTHING;
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return NOTHING;
    }

    @Override
    public Integer select(Integer x) {
        return NOTHING;
    }

    @Override
    public void logits(Integer x) {}
}
