package io.insula.inference.text;

import io.insula.protocol.TokenIds;

/**
 * A prompt as the model reads it.
 *
 * @param thinking whether the template left a {@code <think>} open, so that the answer begins with reasoning
 */
public record Prompt(TokenIds tokens, boolean thinking) {}
