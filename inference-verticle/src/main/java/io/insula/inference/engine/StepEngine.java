package io.insula.inference.engine;

/**
 * Makes the steps of one decoder-only model, prefill and decode, over slots of KV cache.
 *
 * <p>A slot is a sequence's context. Prefill appends a prompt chunk to one slot, decode appends one token to each of the
 * slots {@code 0..rows-1}. It is what a scheduler needs to serve requests; {@link KvTransfer} and {@link PromptScorer} are
 * what an engine may be able to do besides.
 *
 * <p><b>Thread:</b> one device thread owns an engine from its creation to {@link #close}.
 *
 * <p><b>Errors:</b> an argument out of range is an {@link IllegalArgumentException} and changes nothing; an
 * {@link EngineException} leaves every slot undefined.
 */
public interface StepEngine extends AutoCloseable {

    EngineShape shape();

    /**
     * Identifies everything that the engine's numbers depend on: weights, graph version, runtime build, instruction set,
     * cache sizes, KV type. Engines with equal fingerprints give equal bits.
     */
    String fingerprint();

    /** Tokens that a slot holds now. */
    int length(int slot);

    /** Empties a slot. */
    void clear(int slot);

    /** Replaces the target slot's content by the source slot's, and empties the source. */
    void move(int source, int target);

    /** Replaces the target slot's content by the source slot's, which stays. */
    void copy(int source, int target);

    /**
     * Appends {@code tokens[from, from + count)} to a slot as prompt.
     *
     * @param count at least 1
     */
    void prefill(int slot, int[] tokens, int from, int count);

    /**
     * Appends as {@link #prefill} does, where more of the prompt follows: the logits behind it, which nobody wants, need not
     * be computed and {@link #prefillLogits} does not tell them.
     */
    default void prefillPart(int slot, int[] tokens, int from, int count) {
        prefill(slot, tokens, from, count);
    }

    /**
     * The logits that follow the last token given to {@link #prefill}.
     *
     * @return one row; valid until the next call on this engine
     */
    StepLogits prefillLogits();

    /**
     * Appends {@code tokens[row]} to slot {@code row}, for every row in {@code 0..rows-1}; each of these slots holds at
     * least one token.
     *
     * @return a row for each slot; valid until the next call on this engine
     */
    StepLogits decode(int rows, int[] tokens);

    @Override
    void close();
}
