package io.insula.inference.embed;

import io.insula.protocol.ModelName;
import java.util.List;
import java.util.function.Supplier;

/**
 * An embedding model that a node serves, loaded when it is first asked.
 *
 * @param names what commands may call it; at least one
 * @param fingerprint identifies weights and tokenizer: embeddings of equal ones can be compared
 * @param dimensions components of a vector
 * @param maxTokens tokens of the longest text, the model's marks included
 * @param encoders opens its tokenizer; called on a worker
 * @param engines makes its engine, and a new one after a failure; called on the device thread
 */
public record EmbeddingModel(
        List<ModelName> names,
        String fingerprint,
        int dimensions,
        int maxTokens,
        Supplier<? extends TextEncoder> encoders,
        Supplier<? extends EmbeddingEngine> engines) {

    public EmbeddingModel {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names: [] (expected: at least one)");
        }
        if (dimensions < 1 || maxTokens < 1) {
            throw new IllegalArgumentException(
                    "dimensions and maxTokens: " + dimensions + ", " + maxTokens + " (expected: >= 1)");
        }
    }

    /** The same model under other names. */
    public EmbeddingModel named(List<ModelName> others) {
        return new EmbeddingModel(others, fingerprint, dimensions, maxTokens, encoders, engines);
    }
}
