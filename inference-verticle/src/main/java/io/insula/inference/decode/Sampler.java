package io.insula.inference.decode;

import io.insula.protocol.SamplingParameters;
import java.nio.FloatBuffer;

/**
 * Draws the next token from a row of logits, the same token for the same logits, parameters and position.
 *
 * <p><b>Shape:</b> {@code logits [rows, vocabulary] float32} from index 0.
 *
 * <p><b>Thread:</b> one at a time: it holds scratch memory for one row.
 *
 * <p><b>Errors:</b> a logit that is not finite is a {@link SamplingException}.
 *
 * <p><b>Source:</b> top-p: Holtzman et al., "The curious case of neural text degeneration", ICLR 2020.
 */
public final class Sampler {

    private final Candidates candidates;

    /**
     * @param vocabulary logits per row
     */
    public Sampler(int vocabulary) {
        this.candidates = new Candidates(vocabulary);
    }

    /**
     * The token that follows.
     *
     * @param logits the engine's rows; not moved
     * @param row which of them
     * @param parameters how to draw
     * @param choice which of the request's choices, from 0
     * @param index how many tokens the choice has already, from 0
     */
    public int sample(FloatBuffer logits, int row, SamplingParameters parameters, int choice, int index) {
        candidates.load(logits, row);
        double temperature = parameters.temperature();
        if (temperature == 0 || parameters.topP() == 0) {
            return candidates.best();
        }
        double uniform = CounterRandom.uniform(parameters.seed(), choice, index);
        return parameters.topP() < 1
                ? candidates.drawFromNucleus(temperature, parameters.topP(), uniform)
                : candidates.draw(temperature, uniform);
    }
}
