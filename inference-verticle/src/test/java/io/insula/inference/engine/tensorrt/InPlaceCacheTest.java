package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.ExactStepsContractTest;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** The contract with the network of TensorRT's layers, which writes into the cache itself, whose length is fixed. */
class InPlaceCacheTest extends ExactStepsContractTest {

    static Stream<Named<DecoderDescription>> models() {
        return Stream.of(Named.of("F32 llama", TinyModels.of(TensorType.F32)));
    }

    @Override
    protected DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads) {
        return new FakeGpu(8, slotTokens, slotTokens)
                .open(decoder, FakeGpu.config(slots, slotTokens), InterpretedNetwork.layers(decoder, slotTokens));
    }

    @Override
    protected List<Integer> threadCounts() {
        return List.of(1);
    }
}
