package io.insula.protocol;

/**
 * What tokens that were there already lose before the next one is drawn.
 *
 * @param repetition more than 0, at most 10; positive logits of tokens of prompt or answer are divided by it, others
 *     multiplied; 1 is off
 * @param frequency -2..2; taken off a token's logit once for each time that the answer has it; 0 is off
 * @param presence -2..2; taken off the logit of each token that the answer has; 0 is off
 */
public record Penalties(double repetition, double frequency, double presence) {

    /** The most that {@code repetition} may be. */
    public static final int MAX_REPETITION = 10;

    public static final Penalties NONE = new Penalties(1, 0, 0);

    public Penalties {
        if (!(repetition > 0 && repetition <= MAX_REPETITION)) {
            throw new IllegalArgumentException(
                    "repetition_penalty: " + repetition + " (expected: more than 0, at most " + MAX_REPETITION + ")");
        }
        if (!(frequency >= -2 && frequency <= 2)) {
            throw new IllegalArgumentException("frequency_penalty: " + frequency + " (expected: -2..2)");
        }
        if (!(presence >= -2 && presence <= 2)) {
            throw new IllegalArgumentException("presence_penalty: " + presence + " (expected: -2..2)");
        }
    }
}
