package io.insula.djl.tensorrt.nvinfer;

import java.nio.file.Path;
import java.util.List;

/**
 * A network that was compiled for one device: weights and kernels, shared by its contexts.
 *
 * <p><b>Thread</b>: any. Closing waits for nobody: contexts are closed before.
 */
public interface Plan extends AutoCloseable {

    /** The network's name, possibly empty. */
    String name();

    /** The device that it runs on. */
    int device();

    /** Inputs and outputs, in the network's order. */
    List<TensorSpec> tensors();

    /** The tensor of that name; the error lists those that exist. */
    default TensorSpec tensor(String name) {
        return tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("tensor: " + name + " (expected one of: "
                        + tensors().stream().map(TensorSpec::name).toList() + ")"));
    }

    /** How many optimization profiles there are, at least 1. */
    int profiles();

    /** What a profile allows for an input. */
    ShapeRange range(int profile, String input);

    /** Device memory that a context needs for activations, in bytes. */
    long contextBytes(int profile);

    /**
     * Whether weights can be replaced by any others. A plan that takes its own weights only, such as a stripped one, says no, and
     * {@link #refit} serves it nevertheless.
     */
    boolean refittable();

    /**
     * Replaces the weights by those of the ONNX file that the plan was built from, before there are contexts: what a plan
     * without weights needs.
     */
    void refit(Path onnx);

    /** An execution context of its own memory, with profile 0 selected. */
    PlanContext newContext();

    /**
     * An execution context whose activations lie in memory of the caller, with profile 0 selected. Contexts may share the memory
     * when their runs never overlap.
     *
     * @param memory device memory that outlives the context
     * @param sizeBytes at least {@link #contextBytes} of each profile that is selected
     */
    PlanContext newContext(long memory, long sizeBytes);

    /** Closes; every context must be closed before. */
    @Override
    void close();
}
