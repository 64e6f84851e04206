package io.insula.protocol;

/**
 * How the next token is drawn from the model's distribution.
 *
 * <p>The stages run in the order of the components after the bias: logit bias, penalties, temperature, top-k, typical-p,
 * top-p, min-p.
 *
 * @param logitBias added to the logits of single tokens, before everything else
 * @param penalties what tokens that were there already lose
 * @param temperature 0..2; 0 takes the most probable token, bias and penalties applied
 * @param topK the most probable tokens that are kept; 0 keeps all
 * @param typicalP more than 0, at most 1; the smallest set of tokens nearest to the expected information whose probability
 *     reaches it is kept; 1 keeps all
 * @param topP 0..1; the smallest set of tokens whose probability reaches it is kept; 1 keeps all
 * @param minP 0..1; tokens below this share of the most probable one's probability are dropped; 0 keeps all
 * @param seed key of the counter-based generator; every request has one, drawn at the door when the client gave none
 */
public record SamplingParameters(
        LogitBias logitBias,
        Penalties penalties,
        double temperature,
        int topK,
        double typicalP,
        double topP,
        double minP,
        long seed) {

    public SamplingParameters {
        if (!(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature: " + temperature + " (expected: 0..2)");
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top_k: " + topK + " (expected: >= 0)");
        }
        if (!(typicalP > 0 && typicalP <= 1)) {
            throw new IllegalArgumentException("typical_p: " + typicalP + " (expected: more than 0, at most 1)");
        }
        if (!(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p: " + topP + " (expected: 0..1)");
        }
        if (!(minP >= 0 && minP <= 1)) {
            throw new IllegalArgumentException("min_p: " + minP + " (expected: 0..1)");
        }
    }

    /** Temperature and nucleus alone, everything else off. */
    public SamplingParameters(double temperature, double topP, long seed) {
        this(LogitBias.NONE, Penalties.NONE, temperature, 0, 1, topP, 0, seed);
    }

    public SamplingParameters withLogitBias(LogitBias bias) {
        return new SamplingParameters(bias, penalties, temperature, topK, typicalP, topP, minP, seed);
    }

    public SamplingParameters withPenalties(Penalties other) {
        return new SamplingParameters(logitBias, other, temperature, topK, typicalP, topP, minP, seed);
    }

    public SamplingParameters withTopK(int k) {
        return new SamplingParameters(logitBias, penalties, temperature, k, typicalP, topP, minP, seed);
    }

    public SamplingParameters withTypicalP(double p) {
        return new SamplingParameters(logitBias, penalties, temperature, topK, p, topP, minP, seed);
    }

    public SamplingParameters withMinP(double p) {
        return new SamplingParameters(logitBias, penalties, temperature, topK, typicalP, topP, p, seed);
    }
}
