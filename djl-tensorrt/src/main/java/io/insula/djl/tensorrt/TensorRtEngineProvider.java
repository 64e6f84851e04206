package io.insula.djl.tensorrt;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;

/** Tells DJL of the engine "TensorRT"; looks for no library before the engine is asked for. */
public final class TensorRtEngineProvider implements EngineProvider {

    @Override
    public String getEngineName() {
        return TensorRtEngine.NAME;
    }

    @Override
    public int getEngineRank() {
        return TensorRtEngine.RANK;
    }

    @Override
    public Engine getEngine() {
        return TensorRtEngine.instance();
    }
}
