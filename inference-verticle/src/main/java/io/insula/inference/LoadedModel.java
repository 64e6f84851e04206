package io.insula.inference;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.ModelName;
import java.util.function.Supplier;

/**
 * A model that an inference node serves.
 *
 * @param name what commands call it
 * @param engines makes its engine, and a new one after a failure; called on the device thread
 * @param tokenizer renders its prompts; stays open while the node runs
 * @param textFingerprint identifies tokenizer and chat template; with the engine's own fingerprint it is the numerics
 *     fingerprint of {@link io.insula.protocol.ModelStatus}
 * @param contextTokens longest prompt plus answer that the model was made for; the engine's slots may be shorter
 */
public record LoadedModel(
        ModelName name,
        Supplier<? extends DecoderEngine> engines,
        ChatTokenizer tokenizer,
        String textFingerprint,
        int contextTokens) {

    public LoadedModel {
        if (contextTokens < 2) {
            throw new IllegalArgumentException("contextTokens: " + contextTokens + " (expected: >= 2)");
        }
    }
}
