package io.insula.inference.models;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.text.ChatTokenizer;
import java.util.function.Supplier;

/**
 * A model whose file is open.
 *
 * @param engines makes its engine, and a new one after a failure; called on the device thread
 * @param tokenizer renders its prompts
 * @param textFingerprint identifies tokenizer and chat template
 * @param contextTokens longest prompt plus answer that the model was made for
 * @param closer closes tokenizer and file; called on a worker when the engine is gone
 */
public record OpenModel(
        Supplier<? extends DecoderEngine> engines,
        ChatTokenizer tokenizer,
        String textFingerprint,
        int contextTokens,
        Runnable closer) {

    public OpenModel {
        if (contextTokens < 2) {
            throw new IllegalArgumentException("contextTokens: " + contextTokens + " (expected: >= 2)");
        }
    }
}
