package io.insula.djl.tensorrt;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.memory.DeviceBlock;
import io.insula.djl.tensorrt.memory.DeviceStream;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import io.insula.djl.tensorrt.nvinfer.ShapeRange;
import io.insula.djl.tensorrt.nvinfer.TensorRtException;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which array each tensor of a context reads or writes. What did not change since the last run is not set again.
 *
 * <p><b>Order</b>: profile, inputs, then output shapes can be asked for and outputs bound.
 *
 * <p><b>Thread</b>: one at a time.
 */
final class Bindings implements AutoCloseable {

    private static final int ALIGNMENT = 256;

    private final Plan plan;
    private final PlanContext context;
    private final DeviceStream stream;
    private final Map<String, TensorSpec> specs = new LinkedHashMap<>();
    private final Map<String, TensorRtNDArray> arrays = new HashMap<>();
    private final Map<String, Shape> shapes = new HashMap<>();
    private final Map<String, Shape> outputShapes = new HashMap<>();
    private final Map<String, Long> addresses = new HashMap<>();
    private final HostTensors host;
    private int profile;

    Bindings(PlanContext context, TensorRtNDManager manager) {
        this.context = context;
        this.plan = context.plan();
        this.host = new HostTensors(manager);
        this.stream = manager.stream();
        plan.tensors().forEach(spec -> specs.put(spec.name(), spec));
    }

    TensorSpec spec(String name) {
        TensorSpec spec = specs.get(name);
        return spec == null ? plan.tensor(name) : spec;
    }

    int profile() {
        return profile;
    }

    /** Selects another profile; everything has to be bound again, because ranges and sizes are others. */
    void profile(int index) {
        if (index != profile) {
            stream.submit(queue -> context.profile(index, queue));
            profile = index;
            shapes.clear();
            outputShapes.clear();
            addresses.clear();
            arrays.clear();
        }
    }

    /** The profile that takes these shapes: the selected one if it does, else the first. */
    int profileFor(Map<String, Shape> inputs) {
        if (plan.profiles() <= 1 || takes(profile, inputs)) {
            return profile;
        }
        return IntStream.range(0, plan.profiles())
                .filter(index -> takes(index, inputs))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "input shapes: " + inputs + " (expected: within one of the plan's profiles " + ranges() + ")"));
    }

    private boolean takes(int index, Map<String, Shape> inputs) {
        return inputs.entrySet().stream()
                .allMatch(input -> spec(input.getKey()).onHost()
                        || plan.range(index, input.getKey()).allows(input.getValue()));
    }

    private List<String> ranges() {
        return IntStream.range(0, plan.profiles())
                .mapToObj(index -> index + ": "
                        + specs.values().stream()
                                .filter(spec -> spec.input() && !spec.onHost())
                                .map(spec -> {
                                    ShapeRange range = plan.range(index, spec.name());
                                    return spec.name() + " " + range.min() + ".." + range.max();
                                })
                                .toList())
                .toList();
    }

    /** Binds an input, whose shape it also sets. */
    void input(TensorSpec spec, TensorRtNDArray array, Shape shape) {
        requireType(spec, array);
        if (spec.type().sizeBytes(shape) > array.sizeBytes()) {
            throw new IllegalArgumentException(
                    "input " + spec.name() + ": " + array.getShape() + " (expected: room for " + shape + ")");
        }
        shape(spec, shape);
        bind(spec, array, array.sizeBytes());
        if (spec.onHost()) {
            host.fetch(spec.name(), array);
            outputShapes.clear();
        }
    }

    /** Sets the shape of an input. */
    void shape(TensorSpec spec, Shape shape) {
        if (!shape.equals(shapes.get(spec.name()))) {
            requireShape(spec, shape);
            context.inputShape(spec.name(), shape);
            shapes.put(spec.name(), shape);
            outputShapes.clear();
        }
    }

    /** The shape that an output will have; fails when only a run tells. */
    Shape outputShape(TensorSpec spec) {
        Shape shape = knownShape(spec);
        if (shape == null) {
            throw new TensorRtException("the shape of output " + spec.name() + " is known only after a run (expected: a"
                    + " shape that follows from those of the inputs)");
        }
        return shape;
    }

    /** The shape that an output will have, null when only a run tells. */
    @Nullable
    Shape knownShape(TensorSpec spec) {
        // The plan tells shapes of outputs for its first profile, which may be fixed where others are not.
        if (!spec.dynamic() && plan.profiles() == 1) {
            return spec.shape();
        }
        Shape known = outputShapes.get(spec.name());
        if (known != null) {
            return known;
        }
        Shape shape = context.shape(spec.name());
        if (Arrays.stream(shape.getShape()).anyMatch(dimension -> dimension < 0)) {
            return null;
        }
        outputShapes.put(spec.name(), shape);
        return shape;
    }

    /** Lets the run allocate an output of a shape that only it tells. */
    void output(TensorSpec spec, LateOutput late) {
        context.outputMemory(spec.name(), late);
    }

    /** Binds an output to an array that has room for it. */
    void output(TensorSpec spec, TensorRtNDArray array, long neededBytes) {
        requireType(spec, array);
        if (neededBytes > array.sizeBytes()) {
            throw new IllegalArgumentException("output " + spec.name() + ": " + array.getShape() + " has "
                    + array.sizeBytes() + " bytes (expected: at least " + neededBytes + ")");
        }
        bind(spec, array, array.sizeBytes());
    }

    /** Tensors that are not bound yet. */
    List<String> missing() {
        return specs.keySet().stream().filter(name -> !arrays.containsKey(name)).toList();
    }

    /** The arrays that are bound, which must still be open. */
    List<TensorRtNDArray> arrays() {
        return new ArrayList<>(arrays.values());
    }

    /** Makes this stream wait for the work of others on what is bound, and them for what is enqueued here. */
    void run() {
        arrays.forEach(this::requireInPlace);
        Set<DeviceStream> others = otherStreams();
        others.forEach(stream::follow);
        try {
            stream.submit(context::enqueue);
        } catch (RuntimeException failure) {
            // A run that failed half way may have enqueued work that reads what others own.
            try {
                others.forEach(other -> other.follow(stream));
            } catch (RuntimeException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
        others.forEach(other -> other.follow(stream));
        if (!host.isEmpty()) {
            arrays.forEach((name, array) -> {
                if (!spec(name).input()) {
                    host.deliver(name, array);
                }
            });
        }
    }

    /** An array that took over another's memory left its own, which may be anybody's by now. */
    private void requireInPlace(String name, TensorRtNDArray array) {
        Long bound = addresses.get(name);
        if (bound != null && !spec(name).onHost() && bound != array.address()) {
            throw new IllegalStateException(
                    "tensor " + name + ": its array took over other memory since it was bound (expected: bound again)");
        }
    }

    /** Streams that own something bound here, this one left out; fails when a bound array was closed. */
    Set<DeviceStream> otherStreams() {
        Set<DeviceStream> others = new LinkedHashSet<>();
        for (TensorRtNDArray array : arrays.values()) {
            DeviceBlock block = array.block();
            if (block.stream() != stream) {
                others.add(block.stream());
            }
        }
        return others;
    }

    boolean usesHostMemory() {
        return !host.isEmpty();
    }

    /** Forgets arrays, so that they can be freed; addresses are set again at the next run. */
    void forgetArrays() {
        arrays.clear();
    }

    @Override
    public void close() {
        arrays.clear();
        host.close();
    }

    private void bind(TensorSpec spec, TensorRtNDArray array, long hostBytes) {
        long address = spec.onHost() ? host.address(spec.name(), hostBytes) : array.address();
        if (!spec.onHost() && address % ALIGNMENT != 0) {
            throw new IllegalArgumentException("tensor " + spec.name() + ": an array at address 0x"
                    + Long.toHexString(address) + " (expected: a multiple of " + ALIGNMENT
                    + ", which views are only where their first element is)");
        }
        Long last = addresses.get(spec.name());
        if (last == null || last != address) {
            context.address(spec.name(), address);
            addresses.put(spec.name(), address);
        }
        arrays.put(spec.name(), array);
    }

    private void requireShape(TensorSpec spec, Shape shape) {
        boolean fits = shape.dimension() == spec.shape().dimension();
        for (int i = 0; fits && i < shape.dimension(); i++) {
            fits = spec.shape().get(i) == -1 || spec.shape().get(i) == shape.get(i);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "input " + spec.name() + ": " + shape + " (expected: " + spec.shape() + ")");
        }
        if (!spec.onHost() && spec.dynamic()) {
            ShapeRange range = plan.range(profile, spec.name());
            if (!range.allows(shape)) {
                throw new IllegalArgumentException("input " + spec.name() + ": " + shape + " (expected: " + range.min()
                        + ".." + range.max() + " in profile " + profile + ")");
            }
        }
    }

    private static void requireType(TensorSpec spec, TensorRtNDArray array) {
        boolean same = spec.type() == array.tensorType();
        boolean raw = spec.type().dataType() == DataType.UNKNOWN
                && array.type().bits() == 8
                && array.getDataType().isInteger();
        if (!same && !raw) {
            throw new IllegalArgumentException((spec.input() ? "input " : "output ") + spec.name() + ": " + array.type()
                    + " (expected: " + ArrayType.of(spec.type()) + ")");
        }
    }
}
