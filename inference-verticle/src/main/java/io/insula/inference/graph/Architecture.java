package io.insula.inference.graph;

import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.HuggingFaceFolder;
import io.insula.inference.weights.ModelFileException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The decoder families, by the names that files give them: {@code general.architecture}, or {@code model_type}. */
enum Architecture {
    LLAMA("llama"),
    MISTRAL("mistral"),
    QWEN2("qwen2"),
    QWEN3("qwen3"),
    SMOLLM3("smollm3");

    private final String name;

    Architecture(String name) {
        this.name = name;
    }

    static Architecture of(Checkpoint checkpoint) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.name.equals(checkpoint.architecture()))
                .findFirst()
                .orElseThrow(() -> new ModelFileException(checkpoint.path().getFileName() + ": architecture "
                        + checkpoint.architecture() + " (expected: one of " + knownNames() + ")"));
    }

    private static String knownNames() {
        return Arrays.stream(values()).map(architecture -> architecture.name).collect(Collectors.joining(", "));
    }

    /** How GGUF files hold the rows of queries and keys; safetensors files hold halves always. */
    private RopeLayout ggufLayout() {
        return switch (this) {
            case LLAMA, MISTRAL, SMOLLM3 -> RopeLayout.INTERLEAVED;
            case QWEN2, QWEN3 -> RopeLayout.HALVES;
        };
    }

    /** Reads the hyperparameters in whatever form the checkpoint has them. */
    DecoderShape shape(Checkpoint checkpoint) {
        try {
            return switch (checkpoint) {
                case GgufFile file -> new GgufShape(file, this, ggufLayout()).read();
                case HuggingFaceFolder folder -> new HuggingFaceShape(folder, this).read();
            };
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ModelFileException(
                    "hyperparameters of " + checkpoint.path().getFileName() + ": " + e.getMessage(), e);
        }
    }

    DecoderDescription describe(DecoderShape shape, Weights weights) {
        return switch (this) {
            case LLAMA, MISTRAL -> new LlamaDecoder(shape, weights);
            case QWEN2 -> new Qwen2Decoder(shape, weights);
            case QWEN3 -> new Qwen3Decoder(shape, weights);
            case SMOLLM3 -> new SmolLm3Decoder(shape, weights);
        };
    }
}
