package io.insula.bench.gpu;

import io.insula.inference.decode.ChoiceHistory;
import io.insula.inference.decode.NextTokens;
import io.insula.inference.decode.Sampler;
import io.insula.inference.engine.StepLogits;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.TokenIds;

/**
 * Takes the likeliest token of each row as a server does at temperature zero: a whole row comes to the host only where the largest
 * logits do not tell.
 */
final class LikeliestTokens {

    private static final SamplingParameters GREEDY = new SamplingParameters(0, 1, 0);
    /** Rows after which the sampler is compiled, as a server's is. */
    private static final int WARM_ROWS = 5_000;

    private final Sampler sampler;
    private final ChoiceHistory history = ChoiceHistory.after(TokenIds.EMPTY, Penalties.NONE);
    private final NextTokens any = NextTokens.allBut(TokenIds.EMPTY);

    LikeliestTokens(int vocabulary) {
        this.sampler = new Sampler(vocabulary);
    }

    /** Takes one over and over. */
    void warmUp(StepLogits logits) {
        for (int i = 0; i < WARM_ROWS; i++) {
            sampler.sample(logits, 0, GREEDY, history, any, 0);
        }
    }

    /** Takes one of each of the first rows. */
    void take(StepLogits logits, int[] tokens) {
        for (int row = 0; row < tokens.length; row++) {
            tokens[row] = sampler.sample(logits, row, GREEDY, history, any, 0);
        }
    }
}
