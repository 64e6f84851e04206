package io.insula.djl.tensorrt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.memory.DeviceBlock;
import io.insula.djl.tensorrt.memory.DeviceStream;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs a plan on arrays that stay bound: for loops that would lose their time in predictors, such as the steps of a decoder.
 *
 * <p>It works on the stream of the manager that it was made with. Several executions, also of different models, made with one
 * manager follow each other in order and share arrays without waiting. {@link #run} and copies return before the work is done;
 * {@link #synchronize} waits.
 *
 * <p><b>Order</b>: optimization profile, inputs, outputs, {@link #run}. Bindings stay; binding one anew costs one call.
 *
 * <p><b>Thread</b>: one at a time.
 *
 * <p><b>Errors</b>: {@link IllegalArgumentException} for an array that does not fit,
 * {@link io.insula.djl.tensorrt.nvinfer.TensorRtException} with TensorRT's text.
 */
public final class TensorRtExecution implements AutoCloseable {

    private final TensorRtSymbolBlock block;
    private final Plan plan;
    private final PlanContext context;
    private final DeviceStream stream;
    private final Bindings bindings;
    private final String uid;
    private final TensorRtNDManager manager;
    private final Set<TensorRtGraph> graphs = ConcurrentHashMap.newKeySet();
    private boolean closed;

    @SuppressWarnings("this-escape")
    TensorRtExecution(TensorRtSymbolBlock block, Plan plan, TensorRtNDManager manager) {
        this.block = block;
        this.plan = plan;
        this.manager = manager;
        this.stream = manager.stream();
        this.context = plan.newContext();
        this.bindings = new Bindings(context, manager);
        this.uid = NDManager.nextUid();
        try {
            manager.attachInternal(uid, this);
        } catch (RuntimeException refused) {
            context.close();
            throw refused;
        }
    }

    /** Inputs and outputs of the plan. */
    public List<TensorSpec> tensors() {
        return plan.tensors();
    }

    /** Selects an optimization profile, from 0; it is 0 at first. Selecting another one forgets what is bound. */
    public synchronized void profile(int index) {
        requireOpen();
        bindings.profile(index);
    }

    /** Binds an input, with the array's shape, or an output, whose array needs at least the output's size. */
    public void bind(String tensor, NDArray array) {
        bind(tensor, array, array.getShape());
    }

    /**
     * Binds an input to the beginning of an array that may be larger than its shape; or an output.
     *
     * @param shape of an input: what this run uses of the array; of an output: not looked at
     */
    public synchronized void bind(String tensor, NDArray array, Shape shape) {
        requireOpen();
        TensorSpec spec = bindings.spec(tensor);
        TensorRtNDArray onDevice = onDevice(tensor, array);
        if (spec.input()) {
            bindings.input(spec, onDevice, shape);
        } else {
            bindings.output(spec, onDevice, spec.type().sizeBytes(bindings.outputShape(spec)));
        }
    }

    /** The shape of an output for the inputs that are bound. */
    public synchronized Shape outputShape(String output) {
        requireOpen();
        return bindings.outputShape(bindings.spec(output));
    }

    /** Enqueues one run. */
    public synchronized void run() {
        requireOpen();
        List<String> missing = bindings.missing();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("Not bound yet: " + missing);
        }
        bindings.run();
    }

    /** Captures one {@link #run}, see {@link #capture(Runnable)}. */
    public TensorRtGraph capture() {
        return capture(this::run);
    }

    /**
     * Captures steps on this stream, such as copies in, a run, copies out: launching them again is one call.
     *
     * <p>The steps are run once for real before, because TensorRT sets itself up in the first run of a shape. The graph keeps
     * the addresses and shapes of now, and what is bound here stays in memory until it is closed. Everything that the steps use
     * belongs to this stream; they allocate nothing and wait for nothing.
     */
    public synchronized TensorRtGraph capture(Runnable steps) {
        requireOpen();
        if (!bindings.otherStreams().isEmpty()) {
            throw new IllegalArgumentException(
                    "Arrays of other streams are bound (expected: arrays of the execution's own manager)");
        }
        if (bindings.usesHostMemory()) {
            throw new UnsupportedOperationException(
                    "TensorRT reads values on the host for this plan, which no graph can hold.");
        }
        steps.run();
        stream.synchronize();
        List<DeviceBlock> kept = new ArrayList<>();
        try {
            for (TensorRtNDArray array : bindings.arrays()) {
                kept.add(array.block().share());
            }
            TensorRtGraph graph = new TensorRtGraph(stream, stream.capture(queue -> steps.run()), kept, graphs::remove);
            graphs.add(graph);
            return graph;
        } catch (RuntimeException failure) {
            kept.forEach(DeviceBlock::close);
            throw failure;
        }
    }

    /** Enqueues a copy from page-locked memory, see {@link TensorRtNDManager#pinned}; it must stay as it is until it ran. */
    public void copyIn(NDArray target, MemorySegment source) {
        TensorRtNDArray array = ownArray("target", target, source.byteSize());
        stream.submit(queue -> queue.copyToDevice(array.address(), source));
    }

    /** Enqueues a copy to page-locked memory, which holds the bytes after {@link #synchronize}. */
    public void copyOut(MemorySegment target, NDArray source) {
        TensorRtNDArray array = ownArray("source", source, target.byteSize());
        stream.submit(queue -> queue.copyToHost(target, array.address()));
    }

    /** Waits until everything enqueued has run. */
    public void synchronize() {
        requireOpen();
        stream.synchronize();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        manager.detachInternal(uid);
        block.forget(this);
        List.copyOf(graphs).forEach(TensorRtGraph::close);
        // The context's memory is in use until its last run is over.
        stream.synchronize();
        bindings.close();
        context.close();
    }

    Bindings bindings() {
        return bindings;
    }

    private TensorRtNDArray ownArray(String what, NDArray array, long sizeBytes) {
        requireOpen();
        TensorRtNDArray onDevice = onDevice(what, array);
        if (onDevice.block().stream() != stream) {
            throw new IllegalArgumentException(
                    what + ": an array of another stream (expected: one of the execution's own manager)");
        }
        if (sizeBytes > onDevice.sizeBytes()) {
            throw new IllegalArgumentException(
                    what + ": " + sizeBytes + " bytes (expected: at most " + onDevice.sizeBytes() + ")");
        }
        return onDevice;
    }

    private TensorRtNDArray onDevice(String what, NDArray array) {
        if (array instanceof TensorRtNDArray mine && mine.gpu() == manager.gpu()) {
            return mine;
        }
        throw new IllegalArgumentException(
                what + ": an array of " + array.getManager().getEngine().getEngineName() + " on " + array.getDevice()
                        + " (expected: one of TensorRT on " + manager.getDevice() + ")");
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The execution is closed.");
        }
    }
}
