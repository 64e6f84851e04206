package io.insula.djl.tensorrt.cuda;

/**
 * Work that was captured from a stream and can be launched again with one call.
 *
 * <p>It holds the addresses of its capture: whatever they point to must live as long as the graph.
 */
public interface CudaGraph extends AutoCloseable {

    /** Enqueues the whole graph on a stream. */
    void launch(CudaStream stream);

    @Override
    void close();
}
