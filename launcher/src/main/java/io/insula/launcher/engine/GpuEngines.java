package io.insula.launcher.engine;

import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.tensorrt.DeviceNeed;
import io.insula.inference.engine.tensorrt.PlanConfig;
import io.insula.inference.engine.tensorrt.TensorRtConfig;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The GPUs of a machine, and engines on them.
 *
 * <p><b>Thread:</b> any.
 *
 * <p><b>Errors:</b> {@link io.insula.inference.engine.EngineException} where a device or TensorRT fails,
 * {@link IllegalArgumentException} for what does not fit a device.
 */
public interface GpuEngines {

    /** Those that the driver shows to this process. */
    List<DeviceInfo> devices();

    /** What of a GPU's memory nobody uses at the moment. */
    long freeBytes(int device);

    /** What is wrong with a GPU; empty where nothing is. */
    Optional<String> fault(int device);

    /** What a model will take. */
    DeviceNeed need(DecoderDescription decoder, TensorRtConfig config, WeightForm weights);

    /** Builds a plan, or finds the one that is there. */
    Path build(
            String name,
            DecoderDescription decoder,
            TensorRtConfig config,
            PlanConfig building,
            @Nullable Progress progress);

    /** Opens an engine, and builds its plan where that is not there. */
    DecoderEngine open(String name, DecoderDescription decoder, TensorRtConfig config, PlanConfig building);
}
