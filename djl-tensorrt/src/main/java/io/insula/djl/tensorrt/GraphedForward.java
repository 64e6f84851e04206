package io.insula.djl.tensorrt;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/** A captured forward pass for one set of input shapes, with arrays of its own that the graph works on. */
final class GraphedForward implements AutoCloseable {

    private final TensorRtNDManager arrays;
    private final TensorRtExecution execution;
    private final Map<String, TensorRtNDArray> inputs = new LinkedHashMap<>();
    private final Map<String, TensorRtNDArray> outputs = new LinkedHashMap<>();
    private final TensorRtGraph graph;

    GraphedForward(
            TensorRtSymbolBlock block, TensorRtNDManager manager, ModelOptions options, Map<String, Shape> shapes) {
        this.arrays = manager.newSubManager();
        try {
            this.execution = block.newExecution(arrays);
            int profile = options.profile() >= 0
                    ? options.profile()
                    : execution.bindings().profileFor(shapes);
            execution.profile(profile);
            for (TensorSpec spec : execution.tensors()) {
                if (spec.input()) {
                    Shape shape = shapes.getOrDefault(spec.name(), spec.shape());
                    TensorRtNDArray array = arrays.create(shape, spec.type());
                    array.fill(0);
                    inputs.put(spec.name(), array);
                    execution.bind(spec.name(), array);
                }
            }
            for (TensorSpec spec : execution.tensors()) {
                if (!spec.input()) {
                    TensorRtNDArray array = arrays.create(execution.outputShape(spec.name()), spec.type());
                    outputs.put(spec.name(), array);
                    execution.bind(spec.name(), array);
                }
            }
            this.graph = execution.capture();
        } catch (RuntimeException failure) {
            arrays.close();
            throw failure;
        }
    }

    NDList run(Map<String, TensorRtNDArray> given, TensorRtNDManager target) {
        inputs.forEach((name, array) -> {
            TensorRtNDArray source = given.get(name);
            if (source == null) {
                throw new IllegalArgumentException("input " + name + ": missing");
            }
            source.copyTo(array);
        });
        graph.launch();
        NDList results = new NDList(outputs.size());
        try {
            outputs.forEach((name, array) -> {
                TensorRtNDArray result = target.newArray(arrays.stream(), array.getShape(), array.type());
                result.setName(name);
                results.add(result);
                array.copyTo(result);
            });
            return results;
        } catch (RuntimeException failure) {
            results.close();
            throw failure;
        }
    }

    @Override
    public void close() {
        graph.close();
        execution.close();
        arrays.close();
    }
}
