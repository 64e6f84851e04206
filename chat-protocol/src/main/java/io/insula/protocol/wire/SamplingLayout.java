package io.insula.protocol.wire;

import io.insula.protocol.LogitBias;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import java.util.HashMap;
import java.util.Map;

/** The bytes of how tokens are drawn. */
final class SamplingLayout {

    private static final int LEAST_BIAS_BYTES = 9;

    private SamplingLayout() {}

    static void write(WireWriter out, SamplingParameters sampling) {
        LogitBias biases = sampling.logitBias();
        out.count(biases.size());
        for (int i = 0; i < biases.size(); i++) {
            out.count(biases.token(i));
            out.real(biases.bias(i));
        }
        out.real(sampling.penalties().repetition());
        out.real(sampling.penalties().frequency());
        out.real(sampling.penalties().presence());
        out.real(sampling.temperature());
        out.count(sampling.topK());
        out.real(sampling.typicalP());
        out.real(sampling.topP());
        out.real(sampling.minP());
        out.fixed64(sampling.seed());
    }

    static SamplingParameters read(WireReader in) {
        return new SamplingParameters(
                readBias(in),
                new Penalties(in.real(), in.real(), in.real()),
                in.real(),
                in.count(),
                in.real(),
                in.real(),
                in.real(),
                in.fixed64());
    }

    private static LogitBias readBias(WireReader in) {
        Map<Integer, Double> biases = new HashMap<>();
        for (Map.Entry<Integer, Double> bias :
                in.list(LEAST_BIAS_BYTES, reader -> Map.entry(reader.count(), reader.real()))) {
            if (biases.put(bias.getKey(), bias.getValue()) != null) {
                throw in.malformed("logit bias: token " + bias.getKey() + " twice (expected: once)");
            }
        }
        return LogitBias.of(biases);
    }
}
