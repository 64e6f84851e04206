package io.insula.launcher.failover;

import io.insula.djl.tensorrt.cuda.FakeCuda;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.tensorrt.InterpretedTensorRt;
import io.insula.inference.engine.tensorrt.PlanConfig;
import io.insula.inference.engine.tensorrt.TensorRtConfig;
import io.insula.inference.engine.tensorrt.TensorRtEngines;
import io.insula.inference.graph.tensorrt.Dialect;
import io.insula.inference.graph.tensorrt.WeightForm;
import io.insula.protocol.NodeId;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A GPU for each node: the engine is the one for GPUs, and its networks are interpreted over the memory of fake devices. */
final class InterpretedGpus implements Fleet.Engines {

    private static final long MEMORY = 1L << 30;
    private static final int CANDIDATES = 64;

    /** Engines that a broken device could not open. */
    final AtomicInteger refused = new AtomicInteger();

    private final Path plans;
    private final Map<NodeId, Gpu> gpus = new ConcurrentHashMap<>();

    private record Gpu(FakeCuda cuda, TensorRtEngines engines) {}

    InterpretedGpus(Path plans) {
        this.plans = plans;
    }

    @Override
    public DecoderEngine open(NodeId node) {
        Gpu gpu = gpus.computeIfAbsent(node, InterpretedGpus::make);
        TensorRtConfig config = TensorRtConfig.defaults()
                .withSlots(Fleet.SLOTS, TinyLlama.CONTEXT)
                .withMemory(0, 0)
                .withExactTrial(false);
        // Plans are numbered by who built them.
        PlanConfig building = new PlanConfig(
                Dialect.PORTABLE, WeightForm.PLAIN, 64, 16, CANDIDATES, 0, plans.resolve(node.value()), 1L << 30);
        boolean opened = false;
        try {
            DecoderEngine engine = gpu.engines().open("tiny", TinyLlama.make(), config, building, ElementType.FLOAT32);
            opened = true;
            return engine;
        } finally {
            refused.addAndGet(opened ? 0 : 1);
        }
    }

    @Override
    public void fail(NodeId node) {
        gpus.computeIfPresent(node, (name, gpu) -> {
            gpu.cuda().breakDown(true);
            return gpu;
        });
    }

    private static Gpu make(NodeId node) {
        FakeCuda cuda = new FakeCuda(1, MEMORY);
        InterpretedTensorRt interpreted = new InterpretedTensorRt(cuda);
        return new Gpu(cuda, new TensorRtEngines(cuda, device -> interpreted.runtime(), interpreted));
    }
}
