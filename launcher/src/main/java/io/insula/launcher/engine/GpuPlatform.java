package io.insula.launcher.engine;

import io.insula.inference.engine.tensorrt.TensorRtEngines;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a machine has what GPUs need, and the way to it. */
public interface GpuPlatform {

    /** What is missing, in one sentence; nothing is loaded for the answer. */
    Optional<String> missing();

    /**
     * Loads the libraries.
     *
     * @throws io.insula.inference.engine.EngineException with one sentence, where they cannot be used
     */
    GpuEngines start();

    /**
     * This machine.
     *
     * @param cache where native bindings are unpacked
     */
    static GpuPlatform local(Path cache) {
        return new GpuPlatform() {

            @Override
            public Optional<String> missing() {
                return TensorRtEngines.missing();
            }

            @Override
            public GpuEngines start() {
                System.setProperty("org.bytedeco.javacpp.cachedir", cache.toString());
                return new TensorRtGpus(TensorRtEngines.start());
            }
        };
    }
}
