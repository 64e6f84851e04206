package io.insula.djl.tensorrt.cuda;

/** A point on a stream, see {@link CudaStream#record}. Before it was recorded it counts as reached. */
public interface CudaEvent extends AutoCloseable {

    /** Whether the work before the point is done. */
    boolean reached();

    /** Waits until the work before the point is done. */
    void await();

    @Override
    void close();
}
