package io.insula.inference.decode;

import io.insula.protocol.LogitBias;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.TokenIds;

/**
 * What is done to single logits before any of them is compared with another: bias, masks, penalties.
 *
 * <p><b>Order:</b> as in vLLM: the bias is added, tokens that may not come are masked, then the repetition penalty divides or
 * multiplies, then the frequency and the presence penalty are taken off.
 *
 * <p><b>Source:</b> repetition: Keskar et al., "CTRL: a conditional transformer language model for controllable generation",
 * 2019, section 4.1, with the sign taken into account as in Hugging Face's {@code RepetitionPenaltyLogitsProcessor};
 * frequency, presence and bias: OpenAI's API reference, {@code mu[j] - c[j] * alpha_frequency - (c[j] > 0) * alpha_presence}.
 * Repetition looks at prompt and answer, frequency and presence at the answer alone, as in vLLM.
 */
final class LogitAdjustments {

    private LogitAdjustments() {}

    /** Whether there is anything to do. */
    static boolean any(SamplingParameters parameters, ChoiceHistory history, NextTokens next) {
        return !parameters.logitBias().isEmpty() || !next.all() || history.counted();
    }

    /** Changes the logits; whoever holds them is told nothing when it is done. */
    static void apply(
            AdjustedLogits candidates, SamplingParameters parameters, ChoiceHistory history, NextTokens next) {
        LogitBias bias = parameters.logitBias();
        for (int i = 0; i < bias.size(); i++) {
            candidates.setLogit(bias.token(i), candidates.logit(bias.token(i)) + bias.bias(i));
        }
        TokenIds forbidden = next.forbidden();
        for (int i = 0; i < forbidden.size(); i++) {
            candidates.mask(forbidden.get(i));
        }
        long[] words = next.words();
        if (words != null) {
            candidates.keepOnly(words, next.besides());
        }
        penalise(candidates, parameters.penalties(), history);
    }

    private static void penalise(AdjustedLogits candidates, Penalties penalties, ChoiceHistory history) {
        if (penalties.equals(Penalties.NONE)) {
            return;
        }
        TokenCounts output = history.output();
        if (penalties.repetition() != 1) {
            TokenCounts prompt = history.prompt();
            for (int i = 0; i < prompt.entries(); i++) {
                repeat(candidates, prompt.token(i), penalties.repetition());
            }
            for (int i = 0; i < output.entries(); i++) {
                if (!prompt.contains(output.token(i))) {
                    repeat(candidates, output.token(i), penalties.repetition());
                }
            }
        }
        for (int i = 0; i < output.entries(); i++) {
            double less = output.count(i) * penalties.frequency() + penalties.presence();
            candidates.setLogit(output.token(i), candidates.logit(output.token(i)) - less);
        }
    }

    private static void repeat(AdjustedLogits candidates, int token, double penalty) {
        double logit = candidates.logit(token);
        candidates.setLogit(token, logit > 0 ? logit / penalty : logit * penalty);
    }
}
