package io.insula.inference.graph;

import io.insula.inference.weights.ModelTensor;
import java.util.List;

/** The parts that pre-normalised decoders are made of, each written to one writer with one model's weights. */
final class DecoderParts<V> {

    private final GraphWriter<V> writer;
    private final DecoderShape shape;
    private final Weights weights;

    DecoderParts(GraphWriter<V> writer, DecoderShape shape, Weights weights) {
        this.writer = writer;
        this.shape = shape;
        this.weights = weights;
    }

    V embedding() {
        return writer.embedding(embeddingTable());
    }

    private ModelTensor embeddingTable() {
        return weights.matrix("token_embd.weight", shape.vocabulary(), shape.hidden());
    }

    /**
     * The attention half of a block, its residual connection included.
     *
     * @param biased whether query, key and value have biases
     * @param headNorms whether query and key heads are normalised
     */
    V attention(V x, int layer, boolean biased, boolean headNorms) {
        String block = block(layer);
        V normalised = writer.rmsNorm(x, weights.vector(block + "attn_norm.weight", shape.hidden()));
        List<ModelTensor> biases = biased
                ? List.of(
                        weights.vector(block + "attn_q.bias", shape.queryWidth()),
                        weights.vector(block + "attn_k.bias", shape.keyWidth()),
                        weights.vector(block + "attn_v.bias", shape.keyWidth()))
                : List.of();
        V queryKeyValue = writer.linear(
                normalised,
                List.of(
                        weights.matrix(block + "attn_q.weight", shape.queryWidth(), shape.hidden()),
                        weights.matrix(block + "attn_k.weight", shape.keyWidth(), shape.hidden()),
                        weights.matrix(block + "attn_v.weight", shape.keyWidth(), shape.hidden())),
                biases);
        AttentionLayer kind = new AttentionLayer(
                layer,
                shape.pattern().rotates(layer),
                shape.pattern().window(layer),
                headNorms ? weights.vector(block + "attn_q_norm.weight", shape.headSize()) : null,
                headNorms ? weights.vector(block + "attn_k_norm.weight", shape.headSize()) : null);
        V output = writer.linear(
                writer.attention(queryKeyValue, kind),
                List.of(weights.matrix(block + "attn_output.weight", shape.hidden(), shape.queryWidth())),
                optional(block + "attn_output.bias", shape.hidden()));
        return writer.add(x, output);
    }

    /** The gated feed-forward half of a block, its residual connection included. */
    V feedForward(V x, int layer) {
        String block = block(layer);
        V normalised = writer.rmsNorm(x, weights.vector(block + "ffn_norm.weight", shape.hidden()));
        V gateAndUp = writer.linear(
                normalised,
                List.of(
                        weights.matrix(block + "ffn_gate.weight", shape.feedForward(), shape.hidden()),
                        weights.matrix(block + "ffn_up.weight", shape.feedForward(), shape.hidden())));
        V down = writer.linear(
                writer.gatedSilu(gateAndUp),
                List.of(weights.matrix(block + "ffn_down.weight", shape.hidden(), shape.feedForward())));
        return writer.add(x, down);
    }

    /** The last norm and the output projection, which is the embedding table where the model has no other. */
    void logits(V x) {
        V last = writer.select(writer.rmsNorm(x, weights.vector("output_norm.weight", shape.hidden())));
        ModelTensor output = weights.find("output.weight").isPresent()
                ? weights.matrix("output.weight", shape.vocabulary(), shape.hidden())
                : embeddingTable();
        writer.logits(writer.linear(last, List.of(output)));
    }

    private List<ModelTensor> optional(String name, int elements) {
        return weights.find(name).isPresent() ? List.of(weights.vector(name, elements)) : List.of();
    }

    private static String block(int layer) {
        return "blk." + layer + ".";
    }
}
