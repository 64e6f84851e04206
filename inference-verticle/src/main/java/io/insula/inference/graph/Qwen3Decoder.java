package io.insula.inference.graph;

/**
 * The decoder of Qwen3's dense models: Llama's with a norm over each query and key head, heads of any size.
 *
 * <p><b>Source:</b> Yang et al., "Qwen3 Technical Report", 2025.
 */
public record Qwen3Decoder(DecoderShape shape, Weights weights) implements DecoderDescription {

    @Override
    public <V> void write(GraphWriter<V> writer) {
        DecoderParts<V> parts = new DecoderParts<>(writer, shape, weights);
        V x = parts.embedding();
        for (int layer = 0; layer < shape.layers(); layer++) {
            x = parts.attention(x, layer, false, true);
            x = parts.feedForward(x, layer);
        }
        parts.logits(x);
    }
}
