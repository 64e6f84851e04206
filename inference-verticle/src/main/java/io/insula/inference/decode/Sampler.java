package io.insula.inference.decode;

import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TopLogits;
import io.insula.protocol.SamplingParameters;
import org.jspecify.annotations.Nullable;

/**
 * Draws the next token from a row of logits, the same token for the same logits, parameters and past of the choice.
 *
 * <p>Where an engine tells a row's largest logits, the token comes from those whenever it is certain that the whole row would
 * give the same one ({@link TopSampler}); else the whole row is asked for.
 *
 * <p><b>Order:</b> logit bias, masked tokens, penalties, temperature, top-k, typical-p, top-p, min-p, draw. The stages that
 * drop tokens come in llama.cpp's order, each works on what the one before it left; the temperature comes before them, as in
 * vLLM and Hugging Face. The draw meets what is left in the order of {@link Octaves}. At temperature zero the most probable token is taken after bias, masks and penalties.
 *
 * <p><b>Thread:</b> one at a time: it holds scratch memory for one row.
 *
 * <p><b>Errors:</b> a logit that is not finite is a {@link SamplingException}.
 *
 * <p><b>Source:</b> top-k: Fan et al., "Hierarchical neural story generation", ACL 2018; typical-p: Meister et al.,
 * "Locally typical sampling", TACL 2023; top-p: Holtzman et al., "The curious case of neural text degeneration", ICLR 2020;
 * min-p: Nguyen et al., "Turning up the heat: min-p sampling for creative and coherent LLM outputs", ICLR 2025; bias and
 * penalties: {@link LogitAdjustments}.
 */
public final class Sampler {

    /** Counts what has changed of the tokens that equal logits give: who has another one cannot continue a stream exactly. */
    public static final int VERSION = 2;

    private final Candidates candidates;
    private final int vocabulary;
    private @Nullable TopSampler likely;

    /**
     * @param vocabulary logits per row
     */
    public Sampler(int vocabulary) {
        this.candidates = new Candidates(vocabulary);
        this.vocabulary = vocabulary;
    }

    /**
     * The token that follows.
     *
     * @param logits the engine's rows
     * @param row which of them
     * @param parameters how to draw; tokens of the bias are less than the vocabulary
     * @param history the tokens before it
     * @param next tokens that may follow, those named each less than the vocabulary: {@link ChoiceDecoder#next()}
     * @param choice which of the request's choices, from 0
     */
    public int sample(
            StepLogits logits,
            int row,
            SamplingParameters parameters,
            ChoiceHistory history,
            NextTokens next,
            int choice) {
        TopLogits top = logits.top();
        if (top != null) {
            int token = likely(top.count()).sample(top, row, parameters, history, next, choice);
            if (token != TopSampler.UNCERTAIN) {
                return token;
            }
        }
        candidates.load(logits, row);
        if (LogitAdjustments.any(parameters, history, next)) {
            LogitAdjustments.apply(candidates, parameters, history, next);
            candidates.adjusted();
        }
        if (isGreedy(parameters)) {
            return candidates.best();
        }
        double uniform = CounterRandom.uniform(parameters.seed(), choice, history.tokens());
        return truncates(parameters)
                ? candidates.drawTruncated(parameters, uniform)
                : candidates.draw(parameters.temperature(), uniform);
    }

    private TopSampler likely(int count) {
        TopSampler sampler = likely;
        if (sampler == null || sampler.count() != count) {
            sampler = new TopSampler(count, vocabulary);
            likely = sampler;
        }
        return sampler;
    }

    static boolean isGreedy(SamplingParameters parameters) {
        return parameters.temperature() == 0
                || parameters.topK() == 1
                || (parameters.topP() == 0 && parameters.typicalP() == 1);
    }

    static boolean truncates(SamplingParameters parameters) {
        return parameters.topK() > 0 || parameters.typicalP() < 1 || parameters.topP() < 1 || parameters.minP() > 0;
    }
}
