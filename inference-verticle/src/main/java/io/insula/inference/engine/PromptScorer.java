package io.insula.inference.engine;

/**
 * Prefills prompts and tells the logits behind each of their tokens, for a prompt's log-probabilities.
 *
 * <p><b>Thread:</b> the engine's device thread.
 */
public interface PromptScorer {

    /** The most tokens that {@link #prefillScored} takes at once: at least 4. */
    int scoredTokens();

    /**
     * Appends {@code tokens[from, from + count)} to a slot as {@link StepEngine#prefill} does, and tells the logits behind
     * each of them.
     *
     * @param count 1 to {@link #scoredTokens}
     * @return a row for each token; valid until the next call on this engine
     */
    StepLogits prefillScored(int slot, int[] tokens, int from, int count);
}
