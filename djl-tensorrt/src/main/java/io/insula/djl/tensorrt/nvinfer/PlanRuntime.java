package io.insula.djl.tensorrt.nvinfer;

import java.lang.foreign.MemorySegment;

/**
 * Reads plans. One for each device; it outlives its plans.
 *
 * <p><b>Thread</b>: any.
 *
 * <p><b>Errors</b>: {@link TensorRtException} with TensorRT's text, for example for a plan of another version or a cut file.
 */
public interface PlanRuntime extends AutoCloseable {

    /** The version of the loaded TensorRT, for example {@code 10.15.1}. */
    String version();

    /** The device that its plans run on. */
    int device();

    /** Reads a plan; the bytes are not needed afterwards. */
    Plan deserialize(MemorySegment plan);

    /** Closes; every plan must be closed before. */
    @Override
    void close();
}
