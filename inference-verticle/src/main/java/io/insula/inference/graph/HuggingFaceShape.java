package io.insula.inference.graph;

import io.insula.inference.weights.HuggingFaceFolder;
import io.insula.inference.weights.JsonDocument;
import io.insula.inference.weights.ModelFileException;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Reads a decoder's hyperparameters from the {@code config.json} of a Hugging Face folder.
 *
 * <p><b>Source:</b> the configuration classes of transformers, for names and defaults.
 */
final class HuggingFaceShape {

    private final HuggingFaceFolder folder;
    private final JsonDocument config;
    private final Architecture architecture;

    HuggingFaceShape(HuggingFaceFolder folder, Architecture architecture) {
        this.folder = folder;
        this.config = folder.config();
        this.architecture = architecture;
    }

    DecoderShape read() {
        require("hidden_act", "silu");
        int layers = positive("num_hidden_layers", DecoderShape.MAX_LAYERS);
        int hidden = positive("hidden_size", Integer.MAX_VALUE);
        int heads = positive("num_attention_heads", Integer.MAX_VALUE);
        int vocabulary = vocabulary();
        JsonDocument rope = rope();
        RopeScaling scaling = scaling(rope);
        return new DecoderShape(
                layers,
                heads,
                Math.toIntExact(config.integer("num_key_value_heads", heads)),
                Math.toIntExact(config.integer("head_dim", hidden / heads)),
                hidden,
                positive("intermediate_size", Integer.MAX_VALUE),
                vocabulary,
                contextTokens(scaling),
                new Rope(rope.real("rope_theta", config.real("rope_theta", 10_000)), RopeLayout.HALVES, scaling),
                pattern(layers),
                config.real("rms_norm_eps", 1e-6));
    }

    private int vocabulary() {
        long rows = folder.find("token_embd.weight")
                .orElseThrow(() -> config.broken("the model has no model.embed_tokens.weight"))
                .rows();
        if (config.integer("vocab_size") != rows) {
            throw config.broken("vocab_size: " + config.integer("vocab_size") + " (expected: " + rows
                    + ", the rows of the embedding table)");
        }
        return Math.toIntExact(rows);
    }

    /** Since its version 5 transformers writes everything about rotary embedding into one object. */
    private JsonDocument rope() {
        Optional<JsonDocument> parameters = config.find("rope_parameters");
        return parameters.or(() -> config.find("rope_scaling")).orElse(config);
    }

    private RopeScaling scaling(JsonDocument rope) {
        String type = rope == config ? "default" : rope.string("rope_type", rope.string("type", "default"));
        if (rope.real("partial_rotary_factor", 1) != 1) {
            throw rope.broken("partial_rotary_factor: " + rope.real("partial_rotary_factor") + " (expected: 1)");
        }
        return switch (type) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(rope.real("factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        rope.real("factor"),
                        rope.real("low_freq_factor"),
                        rope.real("high_freq_factor"),
                        Math.toIntExact(rope.integer("original_max_position_embeddings")));
            case "yarn" -> yarn(rope);
            default -> throw rope.broken("rope_type: " + type + " (expected: default, linear, llama3 or yarn)");
        };
    }

    private RopeScaling yarn(JsonDocument rope) {
        for (String unknown : List.of("mscale", "mscale_all_dim")) {
            if (rope.contains(unknown)) {
                throw rope.broken(unknown + " (expected: none)");
            }
        }
        if (!rope.bool("truncate", true)) {
            throw rope.broken("truncate: false (expected: true)");
        }
        double factor = rope.real("factor");
        return new RopeScaling.Yarn(
                factor,
                Math.toIntExact(
                        rope.integer("original_max_position_embeddings", config.integer("max_position_embeddings"))),
                rope.real("beta_fast", 32),
                rope.real("beta_slow", 1),
                rope.real("attention_factor", RopeScaling.Yarn.recommendedMagnitude(factor)));
    }

    private int contextTokens(RopeScaling scaling) {
        int trained = positive("max_position_embeddings", Integer.MAX_VALUE);
        return scaling instanceof RopeScaling.Yarn yarn
                ? (int) Math.max(trained, Math.min(Integer.MAX_VALUE, yarn.factor() * yarn.originalTokens()))
                : trained;
    }

    private LayerPattern pattern(int layers) {
        boolean windows = config.bool("use_sliding_window", architecture == Architecture.MISTRAL);
        long window = windows ? config.integer("sliding_window", 0) : 0;
        List<Integer> windowed = window == 0 ? List.of() : windowed(layers);
        return new LayerPattern(windowed.isEmpty() ? 0 : Math.toIntExact(window), windowed, unrotated(layers));
    }

    private List<Integer> windowed(int layers) {
        List<String> types = config.strings("layer_types");
        if (types.isEmpty()) {
            long first = config.integer("max_window_layers", architecture == Architecture.MISTRAL ? 0 : 28);
            return layers(layers, layer -> layer >= first);
        }
        requireOneEach("layer_types", types, layers);
        for (String type : types) {
            if (!type.equals("sliding_attention") && !type.equals("full_attention")) {
                throw config.broken("layer_types: " + type + " (expected: sliding_attention or full_attention)");
            }
        }
        return layers(layers, layer -> types.get(layer).equals("sliding_attention"));
    }

    private List<Integer> unrotated(int layers) {
        if (architecture != Architecture.SMOLLM3) {
            return List.of();
        }
        List<Long> rotated = config.integers("no_rope_layers");
        if (rotated.isEmpty()) {
            long every = config.integer("no_rope_layer_interval", 4);
            return layers(layers, layer -> (layer + 1) % every == 0);
        }
        requireOneEach("no_rope_layers", rotated, layers);
        return layers(layers, layer -> rotated.get(layer) == 0);
    }

    private static List<Integer> layers(int layers, IntPredicate chosen) {
        return IntStream.range(0, layers).filter(chosen).boxed().toList();
    }

    private void requireOneEach(String key, List<?> values, int layers) {
        if (values.size() != layers) {
            throw config.broken(key + ": " + values.size() + " (expected: " + layers + ", one for each layer)");
        }
    }

    private void require(String key, String only) {
        String found = config.string(key, only);
        if (!found.equals(only)) {
            throw config.broken(key + ": " + found + " (expected: " + only + ")");
        }
    }

    private int positive(String key, int most) {
        long value = config.integer(key);
        if (value < 1 || value > most) {
            throw new ModelFileException(config.name() + ": " + key + ": " + value + " (expected: 1.." + most + ")");
        }
        return (int) value;
    }
}
