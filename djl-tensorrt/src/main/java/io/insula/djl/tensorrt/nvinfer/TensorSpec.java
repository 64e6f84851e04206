package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/**
 * An input or output of a plan.
 *
 * @param name its name in the network
 * @param input whether it is an input, else an output
 * @param type the element type
 * @param shape its shape, -1 for dimensions that are known at run time only
 * @param onHost whether TensorRT reads or writes it in host memory, as it does with some shape tensors
 * @param shapeTensor whether its values decide shapes
 * @param aliasOf the input whose memory this output must share, or null
 */
public record TensorSpec(
        String name,
        boolean input,
        TensorType type,
        Shape shape,
        boolean onHost,
        boolean shapeTensor,
        @Nullable String aliasOf) {

    /** Whether a dimension is known at run time only. */
    public boolean dynamic() {
        for (long dimension : shape.getShape()) {
            if (dimension < 0) {
                return true;
            }
        }
        return false;
    }
}
