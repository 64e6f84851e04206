package io.insula.djl.tensorrt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass as DJL knows it: a list of arrays enters, a list of new arrays leaves.
 *
 * <p>Inputs are matched by name when all have one, else by position. With graphs, each set of input shapes has an execution of
 * its own whose arrays stay, and a pass copies to and from them on the device.
 *
 * <p><b>Thread</b>: calls of several threads follow each other.
 */
final class Forward implements AutoCloseable {

    private final TensorRtSymbolBlock block;
    private final TensorRtNDManager manager;
    private final ModelOptions options;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private final TensorRtExecution execution;
    private final LinkedHashMap<Map<String, Shape>, GraphedForward> graphs = new LinkedHashMap<>(16, 0.75f, true);

    Forward(TensorRtSymbolBlock block, TensorRtNDManager manager, ModelOptions options) {
        this.block = block;
        this.manager = manager;
        this.options = options;
        this.execution = block.newExecution(manager);
        this.inputs = execution.tensors().stream().filter(TensorSpec::input).toList();
        this.outputs =
                execution.tensors().stream().filter(spec -> !spec.input()).toList();
        if (options.profile() >= 0) {
            execution.profile(options.profile());
        }
    }

    /** Runs; the outputs belong to the manager of the first input, as DJL has it. */
    NDList run(NDList given) {
        NDManager wanted = given.isEmpty() ? manager : given.head().getManager();
        boolean mine = wanted instanceof TensorRtNDManager same && same.gpu() == manager.gpu();
        // Closing waits for a pass that another thread is in: below it, the context would be gone.
        synchronized (execution) {
            execution.requireOpen();
            NDList outputs = pass(given, mine ? (TensorRtNDManager) wanted : manager);
            if (!mine) {
                attach(outputs, wanted);
            }
            return outputs;
        }
    }

    private static void attach(NDList outputs, NDManager wanted) {
        try {
            outputs.attach(wanted);
        } catch (RuntimeException refused) {
            outputs.close();
            throw refused;
        }
    }

    private NDList pass(NDList given, TensorRtNDManager target) {
        List<TensorRtNDArray> copies = new ArrayList<>();
        try {
            Map<String, TensorRtNDArray> arrays = match(given, copies);
            if (options.cudaGraphs() > 0) {
                GraphedForward graphed = graphed(arrays);
                if (graphed != null) {
                    return graphed.run(arrays, target);
                }
            }
            return run(arrays, target);
        } finally {
            execution.bindings().forgetArrays();
            copies.forEach(TensorRtNDArray::close);
        }
    }

    private NDList run(Map<String, TensorRtNDArray> arrays, TensorRtNDManager target) {
        Bindings bindings = execution.bindings();
        setShapes(arrays);
        for (TensorSpec input : inputs) {
            TensorRtNDArray array = of(arrays, input);
            bindings.input(input, array, shape(input, array));
        }
        Map<String, TensorRtNDArray> results = new LinkedHashMap<>();
        Map<String, LateOutput> late = new LinkedHashMap<>();
        try {
            for (TensorSpec output : outputs) {
                Shape shape = bindings.knownShape(output);
                if (shape == null) {
                    LateOutput told = new LateOutput(output, manager);
                    late.put(output.name(), told);
                    bindings.output(output, told);
                } else {
                    TensorRtNDArray result = result(output, shape, arrays, target);
                    results.put(output.name(), result);
                    bindings.output(output, result, output.type().sizeBytes(shape));
                }
            }
            bindings.run();
            late.forEach((name, told) -> results.put(name, told.array(target)));
        } catch (RuntimeException failure) {
            late.values().forEach(LateOutput::close);
            results.values().forEach(TensorRtNDArray::close);
            throw failure;
        }
        NDList list = new NDList(outputs.size());
        for (TensorSpec output : outputs) {
            TensorRtNDArray result = of(results, output);
            result.setName(output.name());
            list.add(result);
        }
        return list;
    }

    private TensorRtNDArray result(
            TensorSpec output, Shape shape, Map<String, TensorRtNDArray> arrays, TensorRtNDManager target) {
        ArrayType type = ArrayType.of(output.type());
        if (output.aliasOf() == null) {
            return target.newArray(manager.stream(), shape, type);
        }
        TensorRtNDArray shared = of(arrays, output.aliasOf());
        return target.attach(shared.block().share(), shared.offset(), shape, type);
    }

    private void setShapes(Map<String, TensorRtNDArray> arrays) {
        Bindings bindings = execution.bindings();
        selectProfile(bindings, arrays);
        for (TensorSpec input : inputs) {
            bindings.shape(input, shape(input, of(arrays, input)));
        }
    }

    private void selectProfile(Bindings bindings, Map<String, TensorRtNDArray> arrays) {
        if (options.profile() < 0) {
            bindings.profile(bindings.profileFor(shapes(arrays)));
        }
    }

    /** The graph for these shapes, captured at their first pass; null when this plan cannot be captured. */
    private @Nullable GraphedForward graphed(Map<String, TensorRtNDArray> arrays) {
        if (execution.tensors().stream().anyMatch(spec -> spec.onHost() || spec.aliasOf() != null)) {
            return null;
        }
        Map<String, Shape> shapes = shapes(arrays);
        GraphedForward graphed = graphs.get(shapes);
        if (graphed == null) {
            setShapes(arrays);
            if (outputs.stream().anyMatch(output -> execution.bindings().knownShape(output) == null)) {
                return null;
            }
            if (graphs.size() >= options.cudaGraphs()) {
                GraphedForward eldest = graphs.pollFirstEntry().getValue();
                eldest.close();
            }
            graphed = new GraphedForward(block, manager, options, shapes);
            graphs.put(shapes, graphed);
        }
        return graphed;
    }

    private Map<String, Shape> shapes(Map<String, TensorRtNDArray> arrays) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (TensorSpec input : inputs) {
            shapes.put(input.name(), shape(input, of(arrays, input)));
        }
        return shapes;
    }

    /** Raw bytes of a type that DJL lacks have a shape of bytes; the plan's own shape is taken where it is known. */
    private static Shape shape(TensorSpec input, TensorRtNDArray array) {
        boolean raw = array.tensorType() != input.type() && input.type().bits() < 8;
        return raw && !input.dynamic() ? input.shape() : array.getShape();
    }

    private Map<String, TensorRtNDArray> match(NDList given, List<TensorRtNDArray> copies) {
        List<String> names = inputs.stream().map(TensorSpec::name).toList();
        if (given.size() != inputs.size()) {
            throw new IllegalArgumentException("inputs: " + given.size() + " arrays (expected: " + names + ")");
        }
        boolean named = given.stream().allMatch(array -> array.getName() != null && names.contains(array.getName()));
        if (!named && given.stream().anyMatch(array -> array.getName() != null && names.contains(array.getName()))) {
            throw new IllegalArgumentException("inputs: named "
                    + given.stream().map(NDArray::getName).toList() + " (expected: all of " + names + ", or no names)");
        }
        Map<String, TensorRtNDArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < given.size(); i++) {
            NDArray array = given.get(i);
            TensorRtNDArray onDevice = manager.from(array);
            if (!onDevice.getUid().equals(array.getUid())) {
                copies.add(onDevice);
            }
            String name = named ? array.getName() : names.get(i);
            if (arrays.put(name, onDevice) != null) {
                throw new IllegalArgumentException(
                        "input " + name + ": given twice (expected: each of " + names + " once)");
            }
        }
        return arrays;
    }

    private static TensorRtNDArray of(Map<String, TensorRtNDArray> arrays, TensorSpec input) {
        return of(arrays, input.name());
    }

    private static TensorRtNDArray of(Map<String, TensorRtNDArray> arrays, String input) {
        TensorRtNDArray array = arrays.get(input);
        if (array == null) {
            throw new IllegalArgumentException("input " + input + ": missing");
        }
        return array;
    }

    @Override
    public void close() {
        synchronized (execution) {
            graphs.values().forEach(GraphedForward::close);
            graphs.clear();
            execution.close();
        }
    }
}
