package io.insula.inference.graph;

import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.HuggingFaceFolder;
import io.insula.inference.weights.ModelFileException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** The decoder families, by the names that files give them: {@code general.architecture}, or {@code model_type}. */
enum Architecture {
    LLAMA(List.of("llama", "mistral"), RopeLayout.INTERLEAVED, LlamaDecoder::new),
    QWEN2(List.of("qwen2"), RopeLayout.HALVES, Qwen2Decoder::new),
    QWEN3(List.of("qwen3"), RopeLayout.HALVES, Qwen3Decoder::new),
    SMOLLM3(List.of("smollm3"), RopeLayout.INTERLEAVED, SmolLm3Decoder::new);

    private final List<String> names;
    private final RopeLayout ggufLayout;
    private final BiFunction<DecoderShape, Weights, DecoderDescription> description;

    /**
     * @param ggufLayout how GGUF files hold the rows of queries and keys; safetensors files hold halves always
     */
    Architecture(
            List<String> names,
            RopeLayout ggufLayout,
            BiFunction<DecoderShape, Weights, DecoderDescription> description) {
        this.names = names;
        this.ggufLayout = ggufLayout;
        this.description = description;
    }

    static Architecture of(Checkpoint checkpoint) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.names.contains(checkpoint.architecture()))
                .findFirst()
                .orElseThrow(() -> new ModelFileException(checkpoint.path().getFileName() + ": architecture "
                        + checkpoint.architecture() + " (expected: one of " + knownNames() + ")"));
    }

    private static String knownNames() {
        return Arrays.stream(values())
                .flatMap(architecture -> architecture.names.stream())
                .collect(Collectors.joining(", "));
    }

    /** Reads the hyperparameters in whatever form the checkpoint has them. */
    DecoderShape shape(Checkpoint checkpoint) {
        try {
            return switch (checkpoint) {
                case GgufFile file -> new GgufShape(file, this, ggufLayout).read();
                case HuggingFaceFolder folder -> new HuggingFaceShape(folder, this).read();
            };
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ModelFileException(
                    "hyperparameters of " + checkpoint.path().getFileName() + ": " + e.getMessage(), e);
        }
    }

    DecoderDescription describe(DecoderShape shape, Weights weights) {
        return description.apply(shape, weights);
    }
}
