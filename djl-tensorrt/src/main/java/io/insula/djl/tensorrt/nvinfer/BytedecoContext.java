package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.cuda.NativeAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvinfer.IOutputAllocator;
import org.bytedeco.tensorrt.nvinfer.IProfiler;
import org.jspecify.annotations.Nullable;

/** An execution context through the bindings of Bytedeco. Names are kept in native memory: setting an address is one call. */
final class BytedecoContext implements PlanContext {

    private static final int MOST_DIMENSIONS = 8;

    private final Cuda cuda;
    private final BytedecoPlan plan;
    private final IExecutionContext context;
    private final Map<String, BytePointer> names = new HashMap<>();
    private final Map<String, OutputCallbacks> outputs = new HashMap<>();
    private final Dims64 dims = new Dims64();
    private CUstream_st stream = new CUstream_st();
    private @Nullable LayerTimeCallbacks timing;
    private boolean closed;

    BytedecoContext(Cuda cuda, BytedecoPlan plan, IExecutionContext context) {
        this.cuda = cuda;
        this.plan = plan;
        this.context = context;
        for (TensorSpec tensor : plan.tensors()) {
            names.put(tensor.name(), new BytePointer(tensor.name(), StandardCharsets.UTF_8));
        }
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public void profile(int index, CudaStream target) {
        requireOpen();
        if (index < 0 || index >= plan.profiles()) {
            throw new IllegalArgumentException("profile: " + index + " (expected: 0.." + (plan.profiles() - 1) + ")");
        }
        cuda.use(plan.device());
        long mark = TensorRtLog.SHARED.mark();
        if (!context.setOptimizationProfileAsync(index, of(target))) {
            throw TensorRtLog.SHARED.failure(mark, "selecting the optimization profile " + index + " failed");
        }
    }

    @Override
    public int profile() {
        requireOpen();
        return context.getOptimizationProfile();
    }

    @Override
    public void inputShape(String input, Shape shape) {
        BytePointer name = name(input);
        if (shape.dimension() > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "shape of " + input + ": " + shape + " (expected: at most " + MOST_DIMENSIONS + " dimensions)");
        }
        dims.nbDims(shape.dimension());
        for (int i = 0; i < shape.dimension(); i++) {
            dims.d(i, shape.get(i));
        }
        long mark = TensorRtLog.SHARED.mark();
        if (!context.setInputShape(name, dims)) {
            throw TensorRtLog.SHARED.failure(mark, "the plan does not take the shape " + shape + " for " + input);
        }
    }

    @Override
    public Shape shape(String tensor) {
        return BytedecoPlan.shape(context.getTensorShape(name(tensor)));
    }

    @Override
    public void address(String tensor, long address) {
        BytePointer name = name(tensor);
        long mark = TensorRtLog.SHARED.mark();
        if (!context.setTensorAddress(name, new NativeAddress(address))) {
            throw TensorRtLog.SHARED.failure(mark, "binding " + tensor + " failed");
        }
    }

    @Override
    public void outputMemory(String output, OutputMemory memory) {
        BytePointer name = name(output);
        OutputCallbacks callbacks = outputs.get(output);
        if (callbacks == null) {
            callbacks = new OutputCallbacks();
            long mark = TensorRtLog.SHARED.mark();
            if (!context.setOutputAllocator(name, new IOutputAllocator(new NativeAddress(callbacks.address())))) {
                callbacks.close();
                throw TensorRtLog.SHARED.failure(mark, "binding " + output + " failed");
            }
            outputs.put(output, callbacks);
        }
        callbacks.target(memory);
    }

    @Override
    public long maxOutputBytes(String output) {
        return context.getMaxOutputSize(name(output));
    }

    @Override
    public void enqueue(CudaStream target) {
        requireOpen();
        cuda.use(plan.device());
        long mark = TensorRtLog.SHARED.mark();
        if (!context.enqueueV3(of(target))) {
            TensorRtException failure = TensorRtLog.SHARED.failure(mark, "running the plan failed");
            outputs.values().stream()
                    .map(OutputCallbacks::failure)
                    .filter(Objects::nonNull)
                    .forEach(failure::addSuppressed);
            throw failure;
        }
        if (timing != null && timing.failure() != null) {
            throw new IllegalStateException("The times of layers were refused.", timing.failure());
        }
    }

    @Override
    public void timeLayers(@Nullable LayerTimes times) {
        requireOpen();
        LayerTimeCallbacks before = timing;
        timing = times == null ? null : new LayerTimeCallbacks(times);
        context.setProfiler(timing == null ? null : new IProfiler(new NativeAddress(timing.address())));
        if (before != null) {
            before.close();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        cuda.use(plan.device());
        NativeObjects.delete(context);
        plan.contextClosed();
        outputs.values().forEach(OutputCallbacks::close);
        if (timing != null) {
            timing.close();
        }
        names.values().forEach(BytePointer::close);
        dims.close();
    }

    private CUstream_st of(CudaStream target) {
        if (stream.address() != target.handle()) {
            stream = new CUstream_st(new NativeAddress(target.handle()));
        }
        return stream;
    }

    private BytePointer name(String tensor) {
        requireOpen();
        BytePointer name = names.get(tensor);
        if (name == null) {
            plan.tensor(tensor);
            throw new IllegalStateException("tensor " + tensor + " has no name in native memory");
        }
        return name;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The execution context is closed.");
        }
    }
}
