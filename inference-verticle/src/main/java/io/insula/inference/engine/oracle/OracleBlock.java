package io.insula.inference.engine.oracle;

import io.insula.inference.engine.KvBlock;
import java.util.List;

/** Keys and values of a run of tokens, layer by layer; the garbage collector frees them. */
record OracleBlock(int from, int to, long bytes, List<List<double[]>> keys, List<List<double[]>> values)
        implements KvBlock {

    @Override
    public void close() {}
}
