package io.insula.launcher.engine;

import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.tensorrt.DeviceNeed;
import io.insula.inference.engine.tensorrt.PlanConfig;
import io.insula.inference.engine.tensorrt.TensorRtConfig;
import io.insula.inference.engine.tensorrt.TensorRtEngines;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** This machine's NVIDIA GPUs. */
record TensorRtGpus(TensorRtEngines engines) implements GpuEngines {

    @Override
    public List<DeviceInfo> devices() {
        return engines.devices();
    }

    @Override
    public long freeBytes(int device) {
        return engines.freeBytes(device);
    }

    @Override
    public Optional<String> fault(int device) {
        return engines.fault(device);
    }

    @Override
    public DeviceNeed need(DecoderDescription decoder, TensorRtConfig config, WeightForm weights) {
        return engines.need(decoder, config, weights);
    }

    @Override
    public Path build(
            String name,
            DecoderDescription decoder,
            TensorRtConfig config,
            PlanConfig building,
            @Nullable Progress progress) {
        return engines.build(name, decoder, config, building, progress);
    }

    @Override
    public DecoderEngine open(String name, DecoderDescription decoder, TensorRtConfig config, PlanConfig building) {
        return engines.open(name, decoder, config, building);
    }
}
