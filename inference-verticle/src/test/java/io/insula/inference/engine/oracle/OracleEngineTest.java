package io.insula.inference.engine.oracle;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.DecoderEngineContractTest;
import io.insula.inference.graph.DecoderDescription;
import java.util.List;

class OracleEngineTest extends DecoderEngineContractTest {

    @Override
    protected DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads) {
        return new OracleEngine(decoder, slots, slotTokens);
    }

    @Override
    protected List<Integer> threadCounts() {
        return List.of(1);
    }
}
