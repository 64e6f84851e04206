package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.DecoderEngineContractTest;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/**
 * The contract on a fake device: a cache of four lengths and steps of four numbers of rows. Plain loops stand for the network, because
 * the written one adds what a token sees of the cache and of its own step, so that its bits depend on where a prompt is cut.
 */
class TensorRtDecoderEngineTest extends DecoderEngineContractTest {

    /** Fewer than for an engine with kernels: what stands for the network computes alike whatever a weight's type. */
    static Stream<Named<DecoderDescription>> models() {
        return Stream.concat(
                Stream.of(Named.of("F32 llama", TinyModels.of(TensorType.F32))),
                TinyModels.architectures(TensorType.F32)
                        .filter(model -> !model.getName().contains("rope scaling")));
    }

    @Override
    protected DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads) {
        return new FakeGpu().open(decoder, FakeGpu.config(slots, slotTokens));
    }

    @Override
    protected List<Integer> threadCounts() {
        return List.of(1);
    }
}
