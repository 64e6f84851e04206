package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.NativeAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.tensorrt.global.nvinfer.ExecutionContextAllocationStrategy;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.global.nvinfer.TensorFormat;
import org.bytedeco.tensorrt.global.nvinfer.TensorIOMode;
import org.bytedeco.tensorrt.global.nvinfer.TensorLocation;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/** A plan through the bindings of Bytedeco. It refuses to close below a living context, which would end the process. */
final class BytedecoPlan implements Plan {

    private final Cuda cuda;
    private final int device;
    private final ICudaEngine engine;
    private final String name;
    private final List<TensorSpec> tensors;
    private final int profiles;
    private final Map<String, ShapeRange> ranges = new HashMap<>();
    private int contexts;
    private boolean closed;

    BytedecoPlan(Cuda cuda, int device, ICudaEngine engine) {
        this.cuda = cuda;
        this.device = device;
        this.engine = engine;
        String given = engine.getName();
        this.name = given == null ? "" : given;
        this.tensors = describe(engine);
        this.profiles = engine.getNbOptimizationProfiles();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int device() {
        return device;
    }

    @Override
    public List<TensorSpec> tensors() {
        return tensors;
    }

    @Override
    public int profiles() {
        return profiles;
    }

    @Override
    public synchronized ShapeRange range(int profile, String input) {
        ICudaEngine open = engine();
        requireProfile(profile);
        return ranges.computeIfAbsent(
                profile + " " + tensor(input).name(),
                unknown -> new ShapeRange(
                        shape(open.getProfileShape(input, profile, OptProfileSelector.kMIN)),
                        shape(open.getProfileShape(input, profile, OptProfileSelector.kOPT)),
                        shape(open.getProfileShape(input, profile, OptProfileSelector.kMAX))));
    }

    @Override
    public synchronized long contextBytes(int profile) {
        requireProfile(profile);
        return engine().getDeviceMemorySizeForProfileV2(profile);
    }

    @Override
    public synchronized boolean refittable() {
        return engine().isRefittable();
    }

    @Override
    public synchronized void refit(Path onnx) {
        if (contexts > 0) {
            throw new IllegalStateException("The plan has " + contexts + " open execution contexts.");
        }
        new PlanRefit(cuda).fromOnnx(this, onnx);
    }

    @Override
    public synchronized PlanContext newContext() {
        IExecutionContext context =
                create(ExecutionContextAllocationStrategy.kSTATIC, engine().getDeviceMemorySizeV2());
        return new BytedecoContext(cuda, this, context);
    }

    @Override
    public synchronized PlanContext newContext(long memory, long sizeBytes) {
        IExecutionContext context = create(ExecutionContextAllocationStrategy.kUSER_MANAGED, 0);
        context.setDeviceMemoryV2(new NativeAddress(memory), sizeBytes);
        return new BytedecoContext(cuda, this, context);
    }

    private IExecutionContext create(ExecutionContextAllocationStrategy strategy, long neededBytes) {
        ICudaEngine open = engine();
        cuda.use(device);
        long mark = TensorRtLog.SHARED.mark();
        IExecutionContext context = open.createExecutionContext(strategy);
        if (context == null) {
            // Memory that the streams' pool keeps may be what is missing.
            cuda.synchronize(device);
            cuda.trimPool(device);
            mark = TensorRtLog.SHARED.mark();
            context = open.createExecutionContext(strategy);
        }
        if (context == null) {
            throw TensorRtLog.SHARED.failure(
                    mark, "creating an execution context failed (it needs " + neededBytes + " bytes of device memory)");
        }
        contexts++;
        return context;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (contexts > 0) {
            throw new IllegalStateException("The plan still has " + contexts + " open execution contexts.");
        }
        closed = true;
        cuda.use(device);
        NativeObjects.delete(engine);
    }

    synchronized void contextClosed() {
        contexts--;
    }

    /** The engine of TensorRT, while the plan is open. */
    synchronized ICudaEngine engine() {
        if (closed) {
            throw new IllegalStateException("The plan is closed.");
        }
        return engine;
    }

    private void requireProfile(int profile) {
        if (profile < 0 || profile >= profiles) {
            throw new IllegalArgumentException("profile: " + profile + " (expected: 0.." + (profiles - 1) + ")");
        }
    }

    private static List<TensorSpec> describe(ICudaEngine engine) {
        int count = engine.getNbIOTensors();
        List<TensorSpec> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String tensor = engine.getIOTensorName(i);
            boolean input = engine.getTensorIOMode(tensor).value == TensorIOMode.kINPUT.value;
            requireLinear(engine, tensor);
            found.add(new TensorSpec(
                    tensor,
                    input,
                    TensorType.of(engine.getTensorDataType(tensor).value),
                    shape(engine.getTensorShape(tensor)),
                    engine.getTensorLocation(tensor).value == TensorLocation.kHOST.value,
                    engine.isShapeInferenceIO(tensor),
                    input ? null : NewerMethods.aliasedInput(engine, tensor)));
        }
        return Collections.unmodifiableList(found);
    }

    /** Each profile has a format of its own. */
    private static void requireLinear(ICudaEngine engine, String tensor) {
        for (int profile = 0; profile < engine.getNbOptimizationProfiles(); profile++) {
            if (engine.getTensorFormat(tensor, profile).value != TensorFormat.kLINEAR.value) {
                throw new TensorRtException("tensor " + tensor + " of the plan has the format "
                        + engine.getTensorFormatDesc(tensor, profile) + " in profile " + profile
                        + " (expected: linear)");
            }
        }
    }

    /** Takes the dimensions and frees them. */
    static Shape shape(Dims64 dims) {
        try (dims) {
            int rank = dims.nbDims();
            if (rank < 0) {
                throw new TensorRtException("TensorRT knows no shape for the tensor");
            }
            long[] shape = new long[rank];
            for (int i = 0; i < rank; i++) {
                shape[i] = dims.d(i);
            }
            return new Shape(shape);
        }
    }
}
