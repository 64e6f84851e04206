package io.insula.inference.graph;

/**
 * The decoder of Qwen2 and Qwen2.5: Llama's with biases of query, key and value.
 *
 * <p><b>Source:</b> Yang et al., "Qwen2 Technical Report", 2024.
 */
public record Qwen2Decoder(DecoderShape shape, Weights weights) implements DecoderDescription {

    @Override
    public <V> void write(GraphWriter<V> writer) {
        DecoderParts<V> parts = new DecoderParts<>(writer, shape, weights);
        V x = parts.embedding();
        for (int layer = 0; layer < shape.layers(); layer++) {
            x = parts.attention(x, layer, true, false);
            x = parts.feedForward(x, layer);
        }
        parts.logits(x);
    }
}
