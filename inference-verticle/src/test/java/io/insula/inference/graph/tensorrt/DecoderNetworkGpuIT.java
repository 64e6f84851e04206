package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That TensorRT understands a decoder's network as the interpreter does: the oracle's logits, on a GPU. */
class DecoderNetworkGpuIT {

    /** Kernels sum in other orders than the interpreter, whose tolerance is ten times less. */
    private static final double FLOAT32_TOLERANCE = 10 * OracleComparison.FLOAT32_TOLERANCE;

    @BeforeAll
    static void needsGpu() {
        Optional<String> missing = NativeLibraries.missing();
        assumeTrue(missing.isEmpty(), () -> "Not run on a GPU: " + missing.orElseThrow());
    }

    /** Every architecture in float32, and one in each narrow type. */
    static Stream<Arguments> decoders() {
        return Stream.concat(
                TinyModels.architectures(TensorType.F32)
                        .map(decoder -> Arguments.of(decoder, ElementType.FLOAT32, FLOAT32_TOLERANCE)),
                Stream.of(
                        Arguments.of(
                                Named.of("BF16 llama", TinyModels.of(TensorType.BF16)),
                                ElementType.BFLOAT16,
                                OracleComparison.tolerance(ElementType.BFLOAT16)),
                        Arguments.of(
                                Named.of("F16 llama", TinyModels.of(TensorType.F16)),
                                ElementType.FLOAT16,
                                OracleComparison.tolerance(ElementType.FLOAT16))));
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void portableOperationsGiveTheOraclesLogits(DecoderDescription decoder, ElementType type, double tolerance)
            throws Exception {
        assertClose(decoder, NetworkOptions.portable(type, 64), tolerance);
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void attentionLayersGiveTheOraclesLogits(DecoderDescription decoder, ElementType type, double tolerance)
            throws Exception {
        assumeTrue(DeviceNetwork.hasLayers(), "These bindings of TensorRT have no layers for attention.");
        assertClose(decoder, NetworkOptions.layers(type, 64, 48), tolerance);
    }

    private static void assertClose(DecoderDescription decoder, NetworkOptions options, double tolerance)
            throws Exception {
        try (DeviceNetwork network = DeviceNetwork.build(decoder, options, OracleComparison.limits(options))) {
            assertThat(OracleComparison.deviation(decoder, network, options)).isLessThan(tolerance);
        }
    }
}
