package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That a decoder's network is what its description says, layer by layer. */
class NetworkAuditTest {

    static Stream<Named<DecoderDescription>> architectures() {
        return TinyModels.architectures(TensorType.F32);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void everyArchitectureIsWrittenAsDescribed(DecoderDescription decoder) {
        for (ElementType type : new ElementType[] {ElementType.FLOAT32, ElementType.BFLOAT16, ElementType.FLOAT16}) {
            check(decoder, NetworkOptions.portable(type, 64));
            check(decoder, NetworkOptions.layers(type, 64, 48));
        }
    }

    private static void check(DecoderDescription decoder, NetworkOptions options) {
        NetworkAudit.check(RecordedNetwork.record(decoder, options), decoder, options);
    }
}
