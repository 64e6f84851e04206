package io.insula.inference.graph;

/**
 * The decoder of SmolLM3: Llama's, in which every fourth layer does not rotate queries and keys.
 *
 * <p>Which layers those are is a matter of the shape.
 *
 * <p><b>Source:</b> Bakouch et al., "SmolLM3: smol, multilingual, long-context reasoner", 2025, after Yang et al., "RoPE to NoPE
 * and Back Again", 2025.
 */
public record SmolLm3Decoder(DecoderShape shape, Weights weights) implements DecoderDescription {

    @Override
    public <V> void write(GraphWriter<V> writer) {
        DecoderParts<V> parts = new DecoderParts<>(writer, shape, weights);
        V x = parts.embedding();
        for (int layer = 0; layer < shape.layers(); layer++) {
            x = parts.attention(x, layer, false, false);
            x = parts.feedForward(x, layer);
        }
        parts.logits(x);
    }
}
