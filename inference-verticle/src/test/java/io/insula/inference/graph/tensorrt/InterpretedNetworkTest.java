package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** That a decoder's network, interpreted, gives the oracle's logits. */
class InterpretedNetworkTest {

    static Stream<Named<DecoderDescription>> architectures() {
        return TinyModels.architectures(TensorType.F32);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void portableOperationsGiveTheOraclesLogits(DecoderDescription decoder) {
        NetworkOptions options = NetworkOptions.portable(ElementType.FLOAT32, 64);
        assertThat(OracleComparison.deviation(decoder, options)).isLessThan(OracleComparison.FLOAT32_TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void attentionLayersGiveTheOraclesLogits(DecoderDescription decoder) {
        NetworkOptions options = NetworkOptions.layers(ElementType.FLOAT32, 64, 48);
        assertThat(OracleComparison.deviation(decoder, options)).isLessThan(OracleComparison.FLOAT32_TOLERANCE);
    }

    /** A step computes it for nothing, at the position behind its full slot: no table may be read beyond its end. */
    @ParameterizedTest
    @MethodSource("architectures")
    void aRowBehindAFullCacheChangesNothing(DecoderDescription decoder) {
        RecordedNetwork network = RecordedNetwork.record(decoder, NetworkOptions.layers(ElementType.FLOAT32, 16, 16));
        Map<String, HostTensor> inputs = new HashMap<>();
        network.inputs().forEach((name, input) -> {
            long[] shape =
                    input.shape().stream().mapToLong(size -> Math.max(1, size)).toArray();
            inputs.put(name, HostTensor.of(input.type(), shape));
        });
        Objects.requireNonNull(inputs.get(DecoderNetwork.PAST)).set(0, 16);
        Map<String, HostTensor> outputs = new NetworkInterpreter(network).run(inputs);
        HostTensor keys = Objects.requireNonNull(outputs.get(DecoderNetwork.presentKey(0)));
        for (int i = 0; i < HostTensor.elements(keys.shape()); i++) {
            assertThat(keys.get(i)).isZero();
        }
    }

    /** Products and residuals of few bits; the weights are of that type, so that they do not differ from the oracle's. */
    @ParameterizedTest
    @MethodSource("narrowArchitectures")
    void narrowTypesStayCloseToTheOracle(DecoderDescription decoder, ElementType type) {
        for (NetworkOptions options : List.of(NetworkOptions.portable(type, 64), NetworkOptions.layers(type, 64, 48))) {
            assertThat(OracleComparison.deviation(decoder, options))
                    .as(options.dialect().toString())
                    .isLessThan(OracleComparison.tolerance(type));
        }
    }

    static Stream<Arguments> narrowArchitectures() {
        return Stream.concat(
                TinyModels.architectures(TensorType.BF16).map(decoder -> Arguments.of(decoder, ElementType.BFLOAT16)),
                TinyModels.architectures(TensorType.F16).map(decoder -> Arguments.of(decoder, ElementType.FLOAT16)));
    }

    /** Their blocks are taken apart exactly, for the oracle as for the network. */
    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F16", "BF16", "Q4_0", "Q4_1", "Q8_0", "Q4_K", "Q6_K"})
    void weightsOfOtherTypesAreConverted(TensorType type) {
        NetworkOptions options = NetworkOptions.portable(ElementType.FLOAT32, 64);
        assertThat(OracleComparison.deviation(TinyModels.of(type), options))
                .isLessThan(OracleComparison.FLOAT32_TOLERANCE);
    }

    @Test
    void theLargestLogitsAndTheSumOfAllLeaveTheNetwork() {
        DecoderDescription decoder = TinyModels.of(TensorType.F32);
        NetworkOptions options =
                NetworkOptions.portable(ElementType.FLOAT32, 64).withTop(7);
        NetworkSequences interpreted = new NetworkSequences(
                new NetworkInterpreter(RecordedNetwork.record(decoder, options)), decoder.shape(), options, 1);
        double[][] logits = interpreted.prefill(0, TinyModels.tokens(decoder.shape(), 9, 1), 16);
        HostTensor values = interpreted.output(DecoderNetwork.TOP_VALUES);
        HostTensor ids = interpreted.output(DecoderNetwork.TOP_IDS);
        HostTensor sums = interpreted.output(DecoderNetwork.LOG_SUM);
        HostTensor depths = interpreted.output(DecoderNetwork.DEPTH);
        for (int i = 0; i < logits.length; i++) {
            double[] row = logits[i];
            double[] sorted = Arrays.stream(row).sorted().toArray();
            for (int k = 0; k < 7; k++) {
                assertThat(values.get(i * 7L + k)).isEqualTo(sorted[sorted.length - 1 - k]);
                assertThat(row[(int) ids.get(i * 7L + k)]).isEqualTo(values.get(i * 7L + k));
            }
            double sum = Arrays.stream(row).map(Math::exp).sum();
            assertThat(sums.get(i)).isCloseTo(Math.log(sum), within(1e-5));
            assertThat(depths.get(i)).isCloseTo(sorted[sorted.length - 1] - sorted[0], within(1e-5));
        }
    }
}
