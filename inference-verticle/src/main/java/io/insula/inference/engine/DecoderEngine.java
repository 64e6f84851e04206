package io.insula.inference.engine;

/**
 * Runs one decoder-only model with all that this house serves: steps, saved keys and values, and scored prompts.
 *
 * <p>Contracts that every implementation keeps, bit for bit: a decode row does not depend on the other rows; a prompt
 * prefilled in chunks, cut anywhere, equals the prompt prefilled at once; prefill of a prompt followed by decode of given
 * tokens equals the state after those tokens were generated; a saved and loaded sequence goes on as if it had stayed.
 * Prefill and decode of the same token are <em>not</em> equal bit for bit.
 */
public interface DecoderEngine extends StepEngine, KvTransfer, PromptScorer {}
