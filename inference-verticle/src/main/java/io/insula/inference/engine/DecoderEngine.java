package io.insula.inference.engine;

import java.nio.FloatBuffer;

/**
 * Runs one decoder-only model over slots of KV cache.
 *
 * <p>A slot is a sequence's context. Prefill appends a prompt chunk to one slot, decode appends one token to each of the
 * slots {@code 0..rows-1}. Contracts that every implementation keeps, bit for bit: a decode row does not depend on the
 * other rows; a prompt prefilled in chunks, cut anywhere, equals the prompt prefilled at once; prefill of a prompt
 * followed by decode of given tokens equals the state after those tokens were generated; a saved and loaded sequence goes on
 * as if it had stayed. Prefill and decode of the same token are <em>not</em> equal bit for bit.
 *
 * <p><b>Thread:</b> one device thread owns an engine from its creation to {@link #close}.
 *
 * <p><b>Errors:</b> an argument out of range is an {@link IllegalArgumentException} and changes nothing; an
 * {@link EngineException} leaves every slot undefined.
 */
public interface DecoderEngine extends AutoCloseable {

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

    /** Memory that {@link #save} takes for each token. */
    long tokenBytes();

    /**
     * Copies the tokens {@code [from, to)} of a slot to memory of their own; the slot stays as it is.
     *
     * @param from at least 0
     * @param to more than {@code from}, at most {@link #length}
     */
    KvBlock save(int slot, int from, int to);

    /**
     * Appends a saved block to a slot that holds exactly the tokens before it; bit for bit as if it had computed them.
     *
     * @param block of this engine, or of one loaded from the same description and settings
     */
    void load(KvBlock block, int slot);

    /**
     * Appends {@code tokens[from, from + count)} to a slot as prompt.
     *
     * @param count at least 1
     */
    void prefill(int slot, int[] tokens, int from, int count);

    /** The most tokens that {@link #prefillScored} takes at once: at least 4. */
    int scoredTokens();

    /**
     * Appends {@code tokens[from, from + count)} to a slot as {@link #prefill} does, and tells the logits behind each of them.
     *
     * @param count 1 to {@link #scoredTokens}
     * @return <b>Shape:</b> {@code [count, vocabulary]} float32 from index 0; valid until the next call on this engine
     */
    FloatBuffer prefillScored(int slot, int[] tokens, int from, int count);

    /**
     * The logits that follow the last token given to {@link #prefill}.
     *
     * @return <b>Shape:</b> {@code [vocabulary]} float32 from index 0; valid until the next call on this engine
     */
    FloatBuffer prefillLogits();

    /**
     * Appends {@code tokens[row]} to slot {@code row}, for every row in {@code 0..rows-1}; each of these slots holds at
     * least one token.
     *
     * @return <b>Shape:</b> {@code [rows, vocabulary]} float32 from index 0; valid until the next call on this engine
     */
    FloatBuffer decode(int rows, int[] tokens);

    @Override
    void close();
}
