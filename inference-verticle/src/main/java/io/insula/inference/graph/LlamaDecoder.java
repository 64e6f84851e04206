package io.insula.inference.graph;

/**
 * The Llama decoder, and Mistral's: pre-normalised attention and gated feed-forward blocks with residual connections.
 *
 * <p>Biases of query, key and value are optional; Mistral's sliding window is a matter of the shape.
 *
 * <p><b>Source:</b> Touvron et al., "LLaMA: Open and Efficient Foundation Language Models", 2023; Jiang et al., "Mistral 7B",
 * 2023.
 */
public record LlamaDecoder(DecoderShape shape, Weights weights) implements DecoderDescription {

    @Override
    public <V> void write(GraphWriter<V> writer) {
        DecoderParts<V> parts = new DecoderParts<>(writer, shape, weights);
        V x = parts.embedding();
        for (int layer = 0; layer < shape.layers(); layer++) {
            boolean biased = weights.find("blk." + layer + ".attn_q.bias").isPresent();
            x = parts.attention(x, layer, biased, false);
            x = parts.feedForward(x, layer);
        }
        parts.logits(x);
    }
}
