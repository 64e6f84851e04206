package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
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
}
