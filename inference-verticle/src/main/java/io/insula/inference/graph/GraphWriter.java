package io.insula.inference.graph;

import io.insula.inference.weights.ModelTensor;
import java.util.List;

/**
 * The operations that a decoder is described with; each implementation builds them for one runtime.
 *
 * <p>A writer serves one decoder. It knows the {@link DecoderShape} and takes epsilon, head counts and rotary embedding from
 * there.
 *
 * <p><b>Shape:</b> every value is {@code [tokens, width]}, the tokens being those of one step.
 *
 * <p><b>Order:</b> calls come in the order of computation; {@link #logits} is the last.
 *
 * @param <V> the writer's handle for a value
 */
public interface GraphWriter<V> {

    /** The rows of {@code table} that belong to the step's tokens. */
    V embedding(ModelTensor table);

    /** {@code x / sqrt(mean(x * x) + epsilon) * gain}. */
    V rmsNorm(V x, ModelTensor gain);

    /**
     * {@code x} times each weight plus its bias, the results side by side.
     *
     * @param biases one for each weight, or none at all
     */
    V linear(V x, List<ModelTensor> weights, List<ModelTensor> biases);

    /** {@code x} times each weight, the results side by side. */
    default V linear(V x, List<ModelTensor> weights) {
        return linear(x, weights, List.of());
    }

    /**
     * Causal grouped-query attention of the step's tokens over everything that their slots hold.
     *
     * @param queryKeyValue all query heads, then all key heads, then all value heads, before norms and rotary embedding
     */
    V attention(V queryKeyValue, AttentionLayer layer);

    /** {@code silu(gate) * up}, where {@code gate} is the first half of each token's elements and {@code up} the second. */
    V gatedSilu(V gateAndUp);

    V add(V a, V b);

    /** Keeps the tokens whose logits are wanted. */
    V select(V x);

    /** Ends the graph: {@code x} holds the logits. */
    void logits(V x);
}
