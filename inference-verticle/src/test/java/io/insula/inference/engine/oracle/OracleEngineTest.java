package io.insula.inference.engine.oracle;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.DecoderEngineContractTest;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

class OracleEngineTest extends DecoderEngineContractTest {

    /** Fewer than for an engine with kernels: the oracle computes alike whatever a weight's type and a pair's frequency. */
    static Stream<Named<DecoderDescription>> models() {
        return Stream.concat(
                Stream.of(Named.of("F32 llama", TinyModels.of(TensorType.F32))),
                TinyModels.architectures(TensorType.F32)
                        .filter(model -> !model.getName().contains("rope scaling")));
    }

    @Override
    protected DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads) {
        return new OracleEngine(decoder, slots, slotTokens);
    }

    @Override
    protected List<Integer> threadCounts() {
        return List.of(1);
    }
}
