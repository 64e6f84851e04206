package io.insula.inference.decode;

import io.insula.protocol.Penalties;
import io.insula.protocol.TokenIds;

/**
 * The tokens that came before the next one of a choice, as the sampler needs them: how many, and how often each.
 *
 * <p>All of it follows from prompt and tokens, so a choice is moved to another engine by adding them again. Nothing is
 * counted that the request's penalties do not ask for.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
public final class ChoiceHistory {

    private static final TokenCounts NOTHING = new TokenCounts();

    private final TokenCounts prompt;
    private final TokenCounts output = new TokenCounts();
    private final boolean counted;
    private int tokens;

    private ChoiceHistory(TokenCounts prompt, boolean counted) {
        this.prompt = prompt;
        this.counted = counted;
    }

    /** Begins a choice after a prompt. */
    public static ChoiceHistory after(TokenIds prompt, Penalties penalties) {
        TokenCounts counts = NOTHING;
        if (penalties.repetition() != 1) {
            counts = new TokenCounts();
            for (int i = 0; i < prompt.size(); i++) {
                counts.add(prompt.get(i));
            }
        }
        return new ChoiceHistory(counts, !penalties.equals(Penalties.NONE));
    }

    /** Begins another choice after the same prompt, whose counts are shared. */
    public ChoiceHistory anotherChoice() {
        return new ChoiceHistory(prompt, counted);
    }

    /** Takes the next token of the choice, sampled or replayed. */
    public void add(int token) {
        tokens++;
        if (counted) {
            output.add(token);
        }
    }

    /** Tokens of the choice so far: the index of the next one. */
    public int tokens() {
        return tokens;
    }

    /** Whether penalties ask for the tokens. */
    boolean counted() {
        return counted;
    }

    /** The prompt's tokens; empty unless a repetition penalty asks for them. */
    TokenCounts prompt() {
        return prompt;
    }

    /** The choice's tokens; empty unless a penalty asks for them. */
    TokenCounts output() {
        return output;
    }
}
