package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.CudaStream;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a plan at a time: shapes and addresses are set, then work is enqueued.
 *
 * <p><b>Order</b>: profile, input shapes, addresses, {@link #enqueue}. What was set stays until it is set again; a new profile
 * forgets shapes.
 *
 * <p><b>Thread</b>: one at a time.
 *
 * <p><b>Errors</b>: {@link TensorRtException} with TensorRT's text.
 */
public interface PlanContext extends AutoCloseable {

    /** The plan that it runs. */
    Plan plan();

    /** Selects an optimization profile; copies that this needs are enqueued on the stream. */
    void profile(int index, CudaStream stream);

    /** The selected profile. */
    int profile();

    /** Sets the shape of an input. */
    void inputShape(String input, Shape shape);

    /** The shape of an input or output for the input shapes that are set; -1 where only a run tells. */
    Shape shape(String tensor);

    /** Binds a tensor to memory: of the device, or of the host where {@link TensorSpec#onHost} says so. */
    void address(String tensor, long address);

    /** Says where an output goes whose shape {@link #shape} does not tell; for every run anew. */
    void outputMemory(String output, OutputMemory memory);

    /** Upper bound of an output's size for the input shapes that are set, in bytes. */
    long maxOutputBytes(String output);

    /** Enqueues one run; waits for it if an output has memory of its own. Whatever is bound must live until the stream ran it. */
    void enqueue(CudaStream stream);

    /**
     * From now on {@link #enqueue} waits for its run and tells how long each layer took; null: no longer. A run that is timed cannot be
     * captured, and takes longer in all.
     */
    void timeLayers(@Nullable LayerTimes times);

    @Override
    void close();
}
