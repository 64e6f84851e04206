package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.DecoderEngineContractTest;
import io.insula.inference.graph.DecoderDescription;
import java.util.List;

/** The contract on a fake device: a cache of four lengths and steps of four numbers of rows. */
class TensorRtDecoderEngineTest extends DecoderEngineContractTest {

    @Override
    protected DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads) {
        return new FakeGpu().open(decoder, FakeGpu.config(slots, slotTokens));
    }

    @Override
    protected List<Integer> threadCounts() {
        return List.of(1);
    }
}
