package io.insula.inference.graph;

import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.GgufMetadata;
import io.insula.inference.weights.GgufTensor;
import io.insula.inference.weights.ModelFileException;
import java.util.List;

/**
 * The Llama decoder: pre-normalised attention and gated feed-forward blocks with residual connections.
 *
 * <p>Without an {@code output.weight} the embedding table serves as output projection.
 *
 * <p><b>Source:</b> Touvron et al., "LLaMA: Open and Efficient Foundation Language Models", 2023.
 */
public record LlamaDecoder(DecoderShape shape, Weights weights) implements DecoderDescription {

    /** Describes the model of a GGUF file, whose weights stay where the file is mapped. */
    public static LlamaDecoder from(GgufFile file) {
        if (!file.architecture().equals("llama")) {
            throw new ModelFileException("general.architecture: " + file.architecture()
                    + " (expected: llama; others are not supported yet)");
        }
        GgufMetadata metadata = file.metadata();
        boolean scaled = !metadata.string("llama.rope.scaling.type", "none").equals("none");
        if (scaled || file.find("rope_freqs.weight").isPresent()) {
            throw new ModelFileException("llama.rope.scaling: not supported yet (expected: none)");
        }
        int hidden = positive(metadata, "llama.embedding_length");
        int heads = positive(metadata, "llama.attention.head_count");
        int headSize = (int) metadata.integer("llama.attention.key_length", hidden / heads);
        long rotated = metadata.integer("llama.rope.dimension_count", headSize);
        if (rotated != headSize) {
            throw new ModelFileException(
                    "llama.rope.dimension_count: " + rotated + " (expected: " + headSize + ", the head size)");
        }
        List<Long> embedding = file.tensor("token_embd.weight").shape();
        try {
            DecoderShape shape = new DecoderShape(
                    positive(metadata, "llama.block_count"),
                    heads,
                    (int) metadata.integer("llama.attention.head_count_kv", heads),
                    headSize,
                    hidden,
                    positive(metadata, "llama.feed_forward_length"),
                    Math.toIntExact(embedding.getLast()),
                    positive(metadata, "llama.context_length"),
                    metadata.real("llama.rope.freq_base", 10_000),
                    RopeLayout.INTERLEAVED,
                    metadata.real("llama.attention.layer_norm_rms_epsilon"));
            return new LlamaDecoder(shape, file::find);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ModelFileException("hyperparameters of " + file.path().getFileName() + ": " + e.getMessage(), e);
        }
    }

    private static int positive(GgufMetadata metadata, String key) {
        long value = metadata.integer(key);
        if (value < 1 || value > Integer.MAX_VALUE) {
            throw new ModelFileException(key + ": " + value + " (expected: 1.." + Integer.MAX_VALUE + ")");
        }
        return (int) value;
    }

    @Override
    public <V> void write(GraphWriter<V> writer) {
        GgufTensor embedding = weights.matrix("token_embd.weight", shape.vocabulary(), shape.hidden());
        V x = writer.embedding(embedding);
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "blk." + layer + ".";
            x = writer.add(x, attention(writer, x, block, layer));
            x = writer.add(x, feedForward(writer, x, block));
        }
        V last = writer.select(writer.rmsNorm(x, weights.vector("output_norm.weight", shape.hidden())));
        GgufTensor output = weights.find("output.weight").isPresent()
                ? weights.matrix("output.weight", shape.vocabulary(), shape.hidden())
                : embedding;
        writer.logits(writer.linear(last, List.of(output)));
    }

    private <V> V attention(GraphWriter<V> writer, V x, String block, int layer) {
        V normalised = writer.rmsNorm(x, weights.vector(block + "attn_norm.weight", shape.hidden()));
        V queryKeyValue = writer.linear(
                normalised,
                List.of(
                        weights.matrix(block + "attn_q.weight", shape.queryWidth(), shape.hidden()),
                        weights.matrix(block + "attn_k.weight", shape.keyWidth(), shape.hidden()),
                        weights.matrix(block + "attn_v.weight", shape.keyWidth(), shape.hidden())));
        return writer.linear(
                writer.attention(queryKeyValue, layer),
                List.of(weights.matrix(block + "attn_output.weight", shape.hidden(), shape.queryWidth())));
    }

    private <V> V feedForward(GraphWriter<V> writer, V x, String block) {
        V normalised = writer.rmsNorm(x, weights.vector(block + "ffn_norm.weight", shape.hidden()));
        V gateAndUp = writer.linear(
                normalised,
                List.of(
                        weights.matrix(block + "ffn_gate.weight", shape.feedForward(), shape.hidden()),
                        weights.matrix(block + "ffn_up.weight", shape.feedForward(), shape.hidden())));
        return writer.linear(
                writer.gatedSilu(gateAndUp),
                List.of(weights.matrix(block + "ffn_down.weight", shape.hidden(), shape.feedForward())));
    }
}
