package io.insula.api.assistant;

import io.insula.protocol.LogitBias;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import org.jspecify.annotations.Nullable;

/**
 * How a client wants tokens drawn; what it leaves open is the config's.
 *
 * @param temperature 0..2; null leaves the config's default
 * @param topP 0..1; null leaves the config's default
 * @param topK 0 keeps all
 * @param minP 0..1; 0 keeps all
 * @param typicalP more than 0, at most 1; 1 keeps all
 * @param penalties what tokens that were there already lose
 * @param logitBias added to the logits of single tokens
 * @param seed null draws one
 */
public record SamplingWish(
        @Nullable Double temperature,
        @Nullable Double topP,
        int topK,
        double minP,
        double typicalP,
        Penalties penalties,
        LogitBias logitBias,
        @Nullable Long seed) {

    /** With what the config or the server decide. */
    SamplingParameters with(double temperatureOfConfig, double topPOfConfig, long seedOfServer) {
        return new SamplingParameters(
                logitBias,
                penalties,
                temperature == null ? temperatureOfConfig : temperature,
                topK,
                typicalP,
                topP == null ? topPOfConfig : topP,
                minP,
                seed == null ? seedOfServer : seed);
    }
}
