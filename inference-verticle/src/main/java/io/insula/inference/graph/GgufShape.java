package io.insula.inference.graph;

import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.GgufMetadata;
import io.insula.inference.weights.ModelFileException;
import io.insula.inference.weights.ModelTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Reads a decoder's hyperparameters from a GGUF file's metadata.
 *
 * <p><b>Source:</b> the GGUF specification's keys, and llama.cpp for their defaults.
 */
final class GgufShape {

    /** SmolLM3 files do not say which layers rotate. */
    private static final int SMOLLM3_UNROTATED_EVERY = 4;

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final Architecture architecture;
    private final RopeLayout layout;
    private final String prefix;

    GgufShape(GgufFile file, Architecture architecture, RopeLayout layout) {
        this.file = file;
        this.metadata = file.metadata();
        this.architecture = architecture;
        this.layout = layout;
        this.prefix = file.architecture() + ".";
    }

    DecoderShape read() {
        int layers = positive("block_count", DecoderShape.MAX_LAYERS);
        int hidden = positive("embedding_length");
        int heads = positive("attention.head_count");
        int headSize = Math.toIntExact(metadata.integer(prefix + "attention.key_length", hidden / heads));
        requireHeadSize("attention.value_length", headSize);
        requireHeadSize("rope.dimension_count", headSize);
        return new DecoderShape(
                layers,
                heads,
                Math.toIntExact(metadata.integer(prefix + "attention.head_count_kv", heads)),
                headSize,
                hidden,
                positive("feed_forward_length"),
                Math.toIntExact(file.tensor("token_embd.weight").shape().getLast()),
                positive("context_length"),
                new Rope(metadata.real(prefix + "rope.freq_base", 10_000), layout, scaling(headSize)),
                pattern(layers),
                metadata.real(prefix + "attention.layer_norm_rms_epsilon"));
    }

    private LayerPattern pattern(int layers) {
        int window = Math.toIntExact(metadata.integer(prefix + "attention.sliding_window", 0));
        List<Integer> windowed =
                window == 0 ? List.of() : IntStream.range(0, layers).boxed().toList();
        List<Integer> unrotated = architecture == Architecture.SMOLLM3
                ? IntStream.range(0, layers)
                        .filter(layer -> (layer + 1) % SMOLLM3_UNROTATED_EVERY == 0)
                        .boxed()
                        .toList()
                : List.of();
        return new LayerPattern(window, windowed, unrotated);
    }

    private RopeScaling scaling(int headSize) {
        String key = prefix + "rope.scaling.";
        double factor = metadata.real(key + "factor", metadata.real(prefix + "rope.scale_linear", 0));
        boolean stretched = factor != 0 && factor != 1;
        String type = metadata.string(key + "type", stretched ? "linear" : "none");
        Optional<ModelTensor> divisors = file.find("rope_freqs.weight");
        if (divisors.isPresent()) {
            if (stretched) {
                throw new ModelFileException(
                        key + "type: " + type + " beside rope_freqs.weight (expected: one of them)");
            }
            return divided(divisors.get(), headSize);
        }
        return switch (type) {
            case "none" -> new RopeScaling.None();
            case "linear" -> stretched ? new RopeScaling.Linear(factor) : new RopeScaling.None();
            case "yarn" ->
                new RopeScaling.Yarn(
                        factor,
                        positive("rope.scaling.original_context_length"),
                        metadata.real(key + "yarn_beta_fast", 32),
                        metadata.real(key + "yarn_beta_slow", 1),
                        metadata.real(key + "attn_factor", 1) * RopeScaling.Yarn.recommendedMagnitude(factor));
            default -> throw new ModelFileException(key + "type: " + type + " (expected: none, linear or yarn)");
        };
    }

    private static RopeScaling divided(ModelTensor divisors, int headSize) {
        if (!divisors.shape().equals(List.of((long) headSize / 2))) {
            throw new ModelFileException(
                    "tensor rope_freqs.weight: shape " + divisors.shape() + " (expected: [" + headSize / 2 + "])");
        }
        float[] values = new float[headSize / 2];
        divisors.toFloat(0, values);
        List<Double> exact = new ArrayList<>();
        for (float value : values) {
            exact.add((double) value);
        }
        return new RopeScaling.Divided(exact);
    }

    private void requireHeadSize(String key, int headSize) {
        long found = metadata.integer(prefix + key, headSize);
        if (found != headSize) {
            throw new ModelFileException(prefix + key + ": " + found + " (expected: " + headSize + ", the head size)");
        }
    }

    private int positive(String key) {
        return positive(key, Integer.MAX_VALUE);
    }

    private int positive(String key, int most) {
        long value = metadata.integer(prefix + key);
        if (value < 1 || value > most) {
            throw new ModelFileException(prefix + key + ": " + value + " (expected: 1.." + most + ")");
        }
        return (int) value;
    }
}
