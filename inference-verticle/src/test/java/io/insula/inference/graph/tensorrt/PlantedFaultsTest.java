package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LayerPattern;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.Qwen3Decoder;
import io.insula.inference.graph.Rope;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.graph.RopeScaling;
import io.insula.inference.graph.Weights;
import io.insula.inference.weights.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That a wrong recording is noticed, by the comparison with the description and by the logits. */
class PlantedFaultsTest {

    private static final List<NetworkOptions> DIALECTS = List.of(
            NetworkOptions.portable(ElementType.FLOAT32, 64), NetworkOptions.layers(ElementType.FLOAT32, 64, 48));

    static List<PlantedFault> faults() {
        return PlantedFault.all();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultOfTheWriterIsNoticed(PlantedFault fault) {
        DecoderDescription decoder = TinyModels.of(TensorType.F32);
        for (NetworkOptions options : DIALECTS) {
            if (fault.dialects().contains(options.dialect())) {
                assertNoticed(fault.record(decoder, options), decoder, options);
            }
        }
    }

    static Stream<Arguments> otherDecoders() {
        DecoderShape shape = TinyModels.shape(3);
        Weights weights = TinyModels.weights(shape, name -> TensorType.F32, TinyModels.SEED);
        Weights normed = TinyModels.withHeadNorms(weights, shape);
        DecoderShape windowed = shape.withPattern(new LayerPattern(7, List.of(1), List.of()));
        return Stream.of(
                Arguments.of(
                        "rope layout",
                        new LlamaDecoder(shape, weights),
                        new LlamaDecoder(
                                shape.withRope(new Rope(10_000, RopeLayout.HALVES, new RopeScaling.None())), weights)),
                Arguments.of(
                        "rope scaling",
                        new LlamaDecoder(
                                shape.withRope(new Rope(10_000, RopeLayout.INTERLEAVED, new RopeScaling.Linear(4))),
                                weights),
                        new LlamaDecoder(shape, weights)),
                Arguments.of("head norms", new Qwen3Decoder(shape, normed), new LlamaDecoder(shape, normed)),
                Arguments.of(
                        "biases",
                        new LlamaDecoder(shape, TinyModels.withBiases(weights, shape)),
                        new LlamaDecoder(shape, weights)),
                Arguments.of(
                        "unrotated layer",
                        new LlamaDecoder(shape.withPattern(new LayerPattern(0, List.of(), List.of(1))), weights),
                        new LlamaDecoder(shape, weights)),
                Arguments.of(
                        "window",
                        new LlamaDecoder(windowed, weights),
                        new LlamaDecoder(shape.withPattern(new LayerPattern(8, List.of(1), List.of())), weights)),
                Arguments.of(
                        "heads",
                        new LlamaDecoder(shape, weights),
                        new LlamaDecoder(shape, TinyModels.withSwappedHeads(weights, shape, 1))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherDecoders")
    void theNetworkOfAnotherDecoderIsNoticed(String what, DecoderDescription right, DecoderDescription wrong) {
        for (NetworkOptions options : DIALECTS) {
            assertNoticed(RecordedNetwork.record(wrong, options), right, options);
        }
    }

    private static void assertNoticed(RecordedNetwork network, DecoderDescription decoder, NetworkOptions options) {
        assertThatThrownBy(() -> NetworkAudit.check(network, decoder, options)).isInstanceOf(AssertionError.class);
        assertThat(OracleComparison.deviation(decoder, network, options))
                .isGreaterThan(100 * OracleComparison.FLOAT32_TOLERANCE);
    }
}
