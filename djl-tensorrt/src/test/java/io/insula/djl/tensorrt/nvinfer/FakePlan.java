package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.CudaException;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A plan whose network is a Java function over the fake device's memory. It is as strict as TensorRT about order and lifetime. */
@SuppressWarnings("restricted")
public final class FakePlan implements Plan {

    /** Things by tensor name; asking for one that is not there fails. */
    public static final class Named<T> {

        private final Map<String, T> things;

        Named(Map<String, T> things) {
            this.things = Map.copyOf(things);
        }

        public T get(String name) {
            T thing = things.get(name);
            if (thing == null) {
                throw new AssertionError("nothing is called " + name);
            }
            return thing;
        }
    }

    /** What a network sees of one run: memory and shapes by tensor name. */
    public interface Network {
        void run(Named<MemorySegment> memory, Named<Shape> shapes);
    }

    private static final int ALIGNMENT = 256;

    private final FakeCuda cuda;
    private final List<TensorSpec> tensors;
    private final List<Map<String, ShapeRange>> profiles;
    private final Function<Map<String, Shape>, Map<String, Shape>> outputShapes;
    private final Network network;
    private @Nullable Function<Named<MemorySegment>, Map<String, Shape>> lateShapes;
    private final AtomicInteger contexts = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger shapeCalls = new AtomicInteger();
    private final List<Path> refits = new ArrayList<>();
    private final AtomicInteger enqueued = new AtomicInteger();
    private volatile long activationBytes;
    private volatile int failingEnqueue;
    private volatile int failingRun;
    private volatile int failingContext;
    private volatile boolean closed;

    public FakePlan(
            FakeCuda cuda,
            List<TensorSpec> tensors,
            List<Map<String, ShapeRange>> profiles,
            Function<Map<String, Shape>, Map<String, Shape>> outputShapes,
            Network network) {
        this.cuda = cuda;
        this.tensors = tensors;
        this.profiles = profiles;
        this.outputShapes = outputShapes;
        this.network = network;
    }

    /** Outputs whose shapes only the values of inputs tell. */
    public FakePlan late(Function<Named<MemorySegment>, Map<String, Shape>> shapes) {
        lateShapes = shapes;
        return this;
    }

    /** What a context needs for activations, of its own or of the caller. */
    public FakePlan activations(long sizeBytes) {
        activationBytes = sizeBytes;
        return this;
    }

    /** Lets one run be refused as it is enqueued: the next one is number 1. 0: none. */
    public void failEnqueue(int number) {
        failingEnqueue = number == 0 ? 0 : enqueued.get() + number;
    }

    /** Lets one run fail on the device: the next one is number 1. 0: none. */
    public void failRun(int number) {
        failingRun = number == 0 ? 0 : enqueued.get() + number;
    }

    /** Lets the creation of one context fail: the next one is number 1. 0: none. */
    public void failContext(int number) {
        failingContext = number == 0 ? 0 : opened.get() + number;
    }

    /** How many runs were enqueued, those recorded in graphs included. */
    public int runs() {
        return enqueued.get();
    }

    public int openContexts() {
        return contexts.get();
    }

    public int contextsEverOpened() {
        return opened.get();
    }

    /** How often an input shape or an address was set. */
    public int settings() {
        return shapeCalls.get();
    }

    /** The files that weights were taken from. */
    public List<Path> refits() {
        return refits;
    }

    public boolean closed() {
        return closed;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public int device() {
        return 0;
    }

    @Override
    public List<TensorSpec> tensors() {
        return tensors;
    }

    @Override
    public int profiles() {
        return Math.max(1, profiles.size());
    }

    @Override
    public ShapeRange range(int profile, String input) {
        if (profiles.isEmpty()) {
            Shape shape = tensor(input).shape();
            return new ShapeRange(shape, shape, shape);
        }
        return new Named<>(profiles.get(profile)).get(input);
    }

    @Override
    public long contextBytes(int profile) {
        return activationBytes;
    }

    @Override
    public boolean refittable() {
        return false;
    }

    @Override
    public void refit(Path onnx) {
        if (!onnx.toString().endsWith(".onnx")) {
            throw new TensorRtException("these weights are missing: w");
        }
        refits.add(onnx);
    }

    @Override
    public PlanContext newContext() {
        if (closed) {
            throw new IllegalStateException("The plan is closed.");
        }
        return open(0, 0);
    }

    @Override
    public PlanContext newContext(long memory, long sizeBytes) {
        if (closed) {
            throw new IllegalStateException("The plan is closed.");
        }
        if (sizeBytes < activationBytes) {
            throw new AssertionError("activations: " + sizeBytes + " bytes (expected: at least " + activationBytes
                    + "): a real plan would write behind them");
        }
        return open(memory, sizeBytes);
    }

    private FakeContext open(long memory, long sizeBytes) {
        if (opened.incrementAndGet() == failingContext) {
            throw new TensorRtException("creating an execution context failed: Error Code 2: OutOfMemory");
        }
        contexts.incrementAndGet();
        return new FakeContext(memory, sizeBytes);
    }

    @Override
    public void close() {
        if (contexts.get() > 0) {
            throw new IllegalStateException("The plan still has " + contexts.get() + " open execution contexts.");
        }
        closed = true;
    }

    /** Of every fake plan; each takes a quarter of a millisecond. */
    public static final List<String> LAYERS =
            List.of("__myl_CastMulMean_myl0_1", "__myl_FcMul_myl0_2", "__myl_CastMulMean_myl0_3", "head");

    private final class FakeContext implements PlanContext {

        private final Map<String, Shape> shapes = new HashMap<>();
        private final Map<String, Long> addresses = new HashMap<>();
        private final Map<String, OutputMemory> late = new HashMap<>();
        private final long activations;
        private final long activationsSize;
        private int profile;
        private boolean closedContext;
        private boolean captured;
        private boolean changed;
        private @Nullable LayerTimes times;

        private FakeContext(long activations, long activationsSize) {
            this.activations = activations;
            this.activationsSize = activationsSize;
        }

        @Override
        public Plan plan() {
            return FakePlan.this;
        }

        @Override
        public void profile(int index, CudaStream stream) {
            requireOpen();
            changed = captured;
            profile = index;
            shapes.clear();
            addresses.clear();
        }

        @Override
        public int profile() {
            return profile;
        }

        @Override
        public void inputShape(String input, Shape shape) {
            requireOpen();
            shapeCalls.incrementAndGet();
            if (!range(profile, input).allows(shape)) {
                throw new TensorRtException("the plan does not take the shape " + shape + " for " + input
                        + ": IExecutionContext::setInputShape: Error Code 3: API Usage Error");
            }
            changed = captured;
            shapes.put(input, shape);
        }

        @Override
        public Shape shape(String tensor) {
            requireOpen();
            if (tensor(tensor).input()) {
                return shapes.getOrDefault(tensor, tensor(tensor).shape());
            }
            return new Named<>(outputShapes.apply(shapes)).get(tensor);
        }

        @Override
        public void address(String tensor, long address) {
            requireOpen();
            shapeCalls.incrementAndGet();
            if (!tensor(tensor).onHost() && address % ALIGNMENT != 0) {
                throw new TensorRtException(
                        "binding " + tensor + " failed: " + address + " is not aligned to " + ALIGNMENT + " bytes");
            }
            changed = captured;
            addresses.put(tensor, address);
        }

        @Override
        public void outputMemory(String output, OutputMemory memory) {
            requireOpen();
            late.put(output, memory);
        }

        @Override
        public long maxOutputBytes(String output) {
            return tensor(output).type().sizeBytes(shape(output));
        }

        @Override
        public void enqueue(CudaStream stream) {
            requireOpen();
            Map<String, Shape> given = new HashMap<>(shapes);
            given.putAll(outputShapes.apply(shapes));
            if (lateShapes != null) {
                allocateLate(stream, given);
            }
            Named<Shape> all = new Named<>(given);
            Named<Long> bound = new Named<>(addresses);
            for (TensorSpec spec : tensors) {
                if (!addresses.containsKey(spec.name()) || (spec.input() && !shapes.containsKey(spec.name()))) {
                    throw new TensorRtException(
                            "running the plan failed: IExecutionContext::enqueueV3: Error Code 3: API"
                                    + " Usage Error (" + spec.name() + " is not set)");
                }
            }
            int number = enqueued.incrementAndGet();
            if (number == failingEnqueue) {
                throw new TensorRtException(
                        "running the plan failed: IExecutionContext::enqueueV3: Error Code 1: Cask");
            }
            boolean recorded = ((FakeCuda.FakeStream) stream).isCapturing();
            captured = captured || recorded;
            ((FakeCuda.FakeStream) stream).enqueue(() -> {
                if (closedContext) {
                    throw new AssertionError("the context was deleted below its run");
                }
                if (recorded && changed) {
                    throw new AssertionError("a graph runs on a context that was changed since it was captured");
                }
                if (number == failingRun) {
                    throw new CudaException(700, "running: cudaErrorIllegalAddress, an illegal memory access");
                }
                if (activationsSize > 0) {
                    cuda.at(activations, activationsSize).fill((byte) number);
                }
                Map<String, MemorySegment> memory = new HashMap<>();
                for (TensorSpec spec : tensors) {
                    long size = spec.type().sizeBytes(all.get(spec.name()));
                    memory.put(
                            spec.name(),
                            spec.onHost()
                                    ? MemorySegment.ofAddress(bound.get(spec.name()))
                                            .reinterpret(size)
                                    : cuda.at(bound.get(spec.name()), size));
                }
                network.run(new Named<>(memory), all);
            });
            timed(stream, recorded);
        }

        private void timed(CudaStream stream, boolean recorded) {
            if (times == null) {
                return;
            }
            if (recorded) {
                throw new AssertionError("a run that is timed cannot be captured");
            }
            stream.synchronize();
            LAYERS.forEach(layer -> times.took(layer, 0.25f));
        }

        @Override
        public void timeLayers(@Nullable LayerTimes heard) {
            requireOpen();
            times = heard;
        }

        /** Waits for the inputs, as TensorRT does, then asks for memory. */
        private void allocateLate(CudaStream stream, Map<String, Shape> given) {
            stream.synchronize();
            Map<String, MemorySegment> values = new HashMap<>();
            for (TensorSpec spec : tensors) {
                if (spec.input()) {
                    long size = spec.type().sizeBytes(new Named<>(given).get(spec.name()));
                    values.put(spec.name(), cuda.at(new Named<>(addresses).get(spec.name()), size));
                }
            }
            Function<Named<MemorySegment>, Map<String, Shape>> told = lateShapes;
            if (told != null) {
                told.apply(new Named<>(values)).forEach((output, shape) -> {
                    OutputMemory memory = new Named<>(late).get(output);
                    addresses.put(
                            output,
                            memory.allocate(Math.max(1, tensor(output).type().sizeBytes(shape))));
                    memory.shape(shape);
                    given.put(output, shape);
                });
            }
        }

        @Override
        public void close() {
            if (!closedContext) {
                closedContext = true;
                contexts.decrementAndGet();
            }
        }

        private void requireOpen() {
            if (closedContext) {
                throw new AssertionError("use of a deleted context: a real one would end the process");
            }
        }
    }
}
