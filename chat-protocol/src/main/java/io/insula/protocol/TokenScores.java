package io.insula.protocol;

import java.util.List;

/**
 * What the model thought of one position: the token that stands there and those it found most probable.
 *
 * @param chosen the token of the answer or the prompt
 * @param top the most probable tokens, by rank, as many as were asked for; {@code chosen} is among them where it belongs
 */
public record TokenScores(ScoredToken chosen, List<ScoredToken> top) {

    public TokenScores {
        top = List.copyOf(top);
    }
}
