package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.NativeAddress;
import java.lang.foreign.MemorySegment;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/** TensorRT's runtime through the bindings of Bytedeco. */
public final class BytedecoRuntime implements PlanRuntime {

    private final Cuda cuda;
    private final int device;
    private final IRuntime runtime;
    private boolean closed;

    private BytedecoRuntime(Cuda cuda, int device, IRuntime runtime) {
        this.cuda = cuda;
        this.device = device;
        this.runtime = runtime;
    }

    /** A runtime for a device; the libraries must be loaded. */
    public static BytedecoRuntime open(Cuda cuda, int device) {
        cuda.use(device);
        long mark = TensorRtLog.SHARED.mark();
        IRuntime runtime = nvinfer.createInferRuntime(TensorRtLog.SHARED);
        if (runtime == null) {
            throw TensorRtLog.SHARED.failure(mark, "creating a runtime of TensorRT failed");
        }
        return new BytedecoRuntime(cuda, device, runtime);
    }

    @Override
    public String version() {
        return loadedVersion();
    }

    /** The version of the loaded library, for example {@code 10.15.1}. */
    public static String loadedVersion() {
        int version = nvinfer.getInferLibVersion();
        return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    @Override
    public int device() {
        return device;
    }

    @Override
    public synchronized Plan deserialize(MemorySegment plan) {
        if (closed) {
            throw new IllegalStateException("The runtime of TensorRT is closed.");
        }
        if (!plan.isNative() || plan.byteSize() == 0) {
            throw new IllegalArgumentException(
                    "plan: " + plan.byteSize() + " bytes (expected: at least 1 byte of native memory)");
        }
        cuda.use(device);
        // Weights may need what the streams' pool keeps; reading a plan is slow anyway.
        cuda.trimPool(device);
        long mark = TensorRtLog.SHARED.mark();
        ICudaEngine engine = runtime.deserializeCudaEngine(new NativeAddress(plan.address()), plan.byteSize());
        if (engine == null) {
            throw TensorRtLog.SHARED.failure(
                    mark, "TensorRT " + loadedVersion() + " cannot read the plan (" + plan.byteSize() + " bytes)");
        }
        try {
            return new BytedecoPlan(cuda, device, engine);
        } catch (RuntimeException refused) {
            NativeObjects.delete(engine);
            throw refused;
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            NativeObjects.delete(runtime);
        }
    }
}
