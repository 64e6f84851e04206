package io.insula.inference.weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * A trained model on disk, in whatever format: its tensors by role, and what describes decoder and tokenizer.
 *
 * <p>Tensors have the names that GGUF gives them: {@code blk.0.attn_q.weight}. Hyperparameters are read by
 * {@code DecoderShape}, the tokenizer by {@code TokenizerSpec}.
 *
 * <p><b>Thread:</b> any, {@link #close} included; a tensor's data is inaccessible afterwards.
 *
 * <p><b>Errors:</b> {@link ModelFileException}, and nothing else, for files that are broken, unreadable or unsupported.
 */
public sealed interface Checkpoint extends AutoCloseable permits GgufFile, HuggingFaceFolder {

    /** Opens a GGUF file, or a folder as Hugging Face's libraries write it. */
    static Checkpoint open(Path path) {
        return Files.isDirectory(path) ? HuggingFaceFolder.open(path) : GgufFile.open(path);
    }

    /** The file or the folder. */
    Path path();

    /** The decoder family's name, as the format has it: "llama", "qwen2", … */
    String architecture();

    /** All tensors. */
    Collection<ModelTensor> tensors();

    /** The tensor of that name, or empty. */
    Optional<ModelTensor> find(String name);

    @Override
    void close();
}
