package io.insula.inference.weights;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * An open model folder as Hugging Face's libraries write it: configuration and safetensors files, one or several.
 *
 * <p>The files must not be changed while it is open.
 *
 * <p><b>Thread:</b> any, {@link #close} included; a tensor's data is inaccessible afterwards.
 *
 * <p><b>Errors:</b> {@link ModelFileException}, and nothing else, for files that are broken, unreadable or unsupported.
 */
public final class HuggingFaceFolder implements Checkpoint {

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");
    private static final int MAX_CONFIG_BYTES = 16 << 20;
    private static final int MAX_INDEX_BYTES = 64 << 20;
    private static final int MAX_TOKENIZER_BYTES = 128 << 20;

    private final Path path;
    private final JsonDocument config;
    private final Map<String, ModelTensor> tensors;
    private final Arena arena;

    private HuggingFaceFolder(Path path, JsonDocument config, Map<String, ModelTensor> tensors, Arena arena) {
        this.path = path;
        this.config = config;
        this.tensors = tensors;
        this.arena = arena;
    }

    /** Reads the configuration and maps the tensors. */
    public static HuggingFaceFolder open(Path path) {
        JsonDocument config = JsonDocument.read(path.resolve("config.json"), MAX_CONFIG_BYTES);
        if (config.contains("quantization_config")) {
            throw config.broken("quantization_config (expected: none; quantised models as GGUF)");
        }
        Arena arena = Arena.ofShared();
        try {
            Map<String, ModelTensor> stored = Files.exists(path.resolve(INDEX))
                    ? mapShards(path, JsonDocument.read(path.resolve(INDEX), MAX_INDEX_BYTES), arena)
                    : byName(SafetensorsFile.map(path.resolve(SINGLE), arena));
            return new HuggingFaceFolder(path, config, renamed(stored, config), arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static Map<String, ModelTensor> mapShards(Path path, JsonDocument index, Arena arena) {
        JsonDocument places =
                index.find("weight_map").orElseThrow(() -> index.broken("weight_map is missing (expected: an object)"));
        Map<String, Map<String, ModelTensor>> shards = new HashMap<>();
        Map<String, ModelTensor> tensors = new LinkedHashMap<>();
        for (String name : new TreeSet<>(places.object().fieldNames())) {
            String file = places.string(name);
            if (!SHARD.matcher(file).matches()) {
                throw index.broken("file " + file + " (expected: the plain name of a .safetensors file)");
            }
            ModelTensor tensor = shards.computeIfAbsent(
                            file, shard -> byName(SafetensorsFile.map(path.resolve(shard), arena)))
                    .get(name);
            if (tensor == null) {
                throw index.broken("tensor " + name + " is missing from " + file);
            }
            tensors.put(name, tensor);
        }
        return tensors;
    }

    private static Map<String, ModelTensor> byName(Collection<ModelTensor> tensors) {
        Map<String, ModelTensor> byName = new LinkedHashMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        return byName;
    }

    private static Map<String, ModelTensor> renamed(Map<String, ModelTensor> stored, JsonDocument config) {
        boolean tied = config.bool("tie_word_embeddings", !stored.containsKey("lm_head.weight"));
        Map<String, ModelTensor> tensors = new LinkedHashMap<>();
        for (ModelTensor tensor : stored.values()) {
            String name = TensorNames.gguf(tensor.name());
            if (!TensorNames.computed(tensor.name()) && !(tied && name.equals("output.weight"))) {
                ModelTensor renamed = new ModelTensor(name, tensor.type(), tensor.shape(), tensor.data());
                if (tensors.put(name, renamed) != null) {
                    throw config.broken("tensor " + name + " occurs twice in the model");
                }
            }
        }
        if (!tied && !tensors.containsKey("output.weight")) {
            throw config.broken("tie_word_embeddings is false, but lm_head.weight is missing");
        }
        return tensors;
    }

    @Override
    public Path path() {
        return path;
    }

    /** {@code model_type} of the configuration. */
    @Override
    public String architecture() {
        return config.string("model_type");
    }

    /** {@code config.json}. */
    public JsonDocument config() {
        return config;
    }

    /** {@code tokenizer.json}. */
    public JsonDocument tokenizer() {
        return JsonDocument.read(path.resolve("tokenizer.json"), MAX_TOKENIZER_BYTES);
    }

    /** Another JSON file of the folder, such as {@code generation_config.json}. */
    public Optional<JsonDocument> document(String name) {
        Path file = path.resolve(name);
        return Files.exists(file) ? Optional.of(JsonDocument.read(file, MAX_CONFIG_BYTES)) : Optional.empty();
    }

    /** A text file of the folder, such as {@code chat_template.jinja}. */
    public Optional<String> text(String name) {
        Path file = path.resolve(name);
        return Files.exists(file) ? Optional.of(JsonDocument.text(file, MAX_CONFIG_BYTES)) : Optional.empty();
    }

    @Override
    public Collection<ModelTensor> tensors() {
        return Collections.unmodifiableCollection(tensors.values());
    }

    @Override
    public Optional<ModelTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    @Override
    public void close() {
        arena.close();
    }
}
