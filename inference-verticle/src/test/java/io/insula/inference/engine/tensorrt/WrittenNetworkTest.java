package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.tensorrt.NetworkOptions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine with the networks that are written for TensorRT, interpreted: the oracle's logits, whatever the cache does. */
class WrittenNetworkTest {

    /** Float32 arithmetic against float64, as in the contract suite. */
    private static final double FLOAT_TOLERANCE = 1e-4;

    static Stream<Named<DecoderDescription>> models() {
        return Stream.concat(
                Stream.of(Named.of("llama", TinyModels.of(io.insula.inference.weights.TensorType.F32))),
                TinyModels.architectures(io.insula.inference.weights.TensorType.F32)
                        .filter(model -> !model.getName().contains("rope scaling")));
    }

    private static double deviation(FakeGpu gpu, DecoderDescription decoder, NetworkOptions options) {
        TensorRtConfig config =
                FakeGpu.config(OracleRun.SLOTS, OracleRun.SLOT_TOKENS).withExactTrial(false);
        InterpretedNetwork network = new InterpretedNetwork(decoder, options.withTop(FakeGpu.CANDIDATES));
        try (TensorRtDecoderEngine engine = gpu.open(decoder, config, network)) {
            return OracleRun.deviation(decoder, engine);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void plainOperationsGiveTheOraclesLogits(DecoderDescription decoder) {
        NetworkOptions options =
                NetworkOptions.portable(ElementType.FLOAT32, decoder.shape().contextTokens());
        assertThat(deviation(new FakeGpu(), decoder, options)).isLessThan(FLOAT_TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("models")
    void layersGiveTheOraclesLogits(DecoderDescription decoder) {
        int capacity = OracleRun.SLOT_TOKENS;
        NetworkOptions options =
                NetworkOptions.layers(ElementType.FLOAT32, decoder.shape().contextTokens(), capacity);
        assertThat(deviation(new FakeGpu(8, capacity, capacity), decoder, options))
                .isLessThan(FLOAT_TOLERANCE);
    }

    /** Eight bits of mantissa: measured 0.05; the least of the planted faults that nothing refuses deviates by 0.57. */
    @Test
    void halfTheMemoryGivesNearlyTheOraclesLogits() {
        DecoderDescription decoder = TinyModels.of(io.insula.inference.weights.TensorType.BF16);
        NetworkOptions options =
                NetworkOptions.portable(ElementType.BFLOAT16, decoder.shape().contextTokens());
        FakeGpu gpu = new FakeGpu(8, 256, 0, TensorType.BFLOAT16);
        assertThat(deviation(gpu, decoder, options)).isLessThan(0.1);
    }
}
