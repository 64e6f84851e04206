package io.insula.protocol;

/**
 * How the next token is drawn from the model's distribution.
 *
 * @param temperature 0..2; 0 takes the most probable token
 * @param topP 0..1; the smallest set of tokens whose probability reaches it is kept
 * @param seed key of the counter-based generator; every request has one, drawn at the door when the client gave none
 */
public record SamplingParameters(double temperature, double topP, long seed) {

    public SamplingParameters {
        if (!(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature: " + temperature + " (expected: 0..2)");
        }
        if (!(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p: " + topP + " (expected: 0..1)");
        }
    }
}
