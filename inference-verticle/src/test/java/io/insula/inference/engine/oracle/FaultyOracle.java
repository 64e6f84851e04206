package io.insula.inference.engine.oracle;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.graph.DecoderDescription;

/** Oracles with a planted fault, to see that a comparison notices it. */
public final class FaultyOracle {

    private FaultyOracle() {}

    /** Every token overlooks its predecessor. */
    public static DecoderEngine withWrongMask(DecoderDescription decoder, int slots, int slotTokens) {
        return new OracleEngine(decoder, slots, slotTokens, (query, key) -> key <= query && key != query - 1);
    }
}
