package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;

/** Where an output goes whose shape only the run tells. Called by {@link PlanContext#enqueue}, on its thread. */
public interface OutputMemory {

    /** Device memory of at least that size, usable by work of the stream. */
    long allocate(long sizeBytes);

    /** The shape that the output has in the end. */
    void shape(Shape shape);
}
