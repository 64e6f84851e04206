package io.insula.bench.gpu;

import io.insula.bench.BenchmarkException;
import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.nvinfer.BytedecoNetworkBuilder;
import io.insula.djl.tensorrt.nvinfer.BytedecoRuntime;
import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import io.insula.djl.tensorrt.nvinfer.PlanRuntime;
import io.insula.djl.tensorrt.plan.NetworkPlanBuilder;
import java.util.Locale;
import java.util.Optional;

/**
 * A GPU with TensorRT on it.
 *
 * @param cuda its runtime
 * @param index its number
 * @param builder of plans for it
 * @param runtime that reads them
 */
record GpuDevice(Cuda cuda, int index, NetworkPlanBuilder builder, PlanRuntime runtime) {

    /** The first GPU of this machine; a {@link BenchmarkException} says in one sentence what is missing. */
    static GpuDevice first() {
        Optional<String> missing = NativeLibraries.missing();
        if (missing.isPresent()) {
            throw new BenchmarkException("There is nothing to measure on: " + missing.get());
        }
        try {
            NativeLibraries.load();
            Cuda cuda = new BytedecoCuda(0);
            if (cuda.deviceCount() == 0) {
                throw new BenchmarkException(
                        "There is nothing to measure on: the driver shows no NVIDIA GPU to this process.");
            }
            return new GpuDevice(cuda, 0, new BytedecoNetworkBuilder(cuda), BytedecoRuntime.open(cuda, 0));
        } catch (ai.djl.engine.EngineException e) {
            throw new BenchmarkException("There is nothing to measure on: " + e.getMessage(), e);
        }
    }

    String describe() {
        return String.format(
                Locale.ROOT,
                "%s, %d MiB free of %d; TensorRT %s, CUDA driver %d, runtime %d",
                name(),
                cuda.memory(index).freeBytes() >> 20,
                cuda.memory(index).totalBytes() >> 20,
                runtime.version(),
                cuda.driverVersion(),
                cuda.runtimeVersion());
    }

    String name() {
        return cuda.describe(index).name();
    }
}
