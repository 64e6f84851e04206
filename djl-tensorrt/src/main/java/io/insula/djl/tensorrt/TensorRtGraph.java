package io.insula.djl.tensorrt;

import io.insula.djl.tensorrt.cuda.CudaGraph;
import io.insula.djl.tensorrt.memory.DeviceBlock;
import io.insula.djl.tensorrt.memory.DeviceStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * Captured steps of a {@link TensorRtExecution} and the memory that they work on. It ends with the execution at the latest.
 */
public final class TensorRtGraph implements AutoCloseable {

    private final DeviceStream stream;
    private final CudaGraph graph;
    private final List<DeviceBlock> kept;
    private final Consumer<TensorRtGraph> whenClosed;
    private boolean closed;

    TensorRtGraph(DeviceStream stream, CudaGraph graph, List<DeviceBlock> kept, Consumer<TensorRtGraph> whenClosed) {
        this.stream = stream;
        this.whenClosed = whenClosed;
        this.graph = graph;
        this.kept = List.copyOf(kept);
    }

    /** Enqueues the steps; returns before they ran. */
    public synchronized void launch() {
        if (closed) {
            throw new IllegalStateException("The graph is closed.");
        }
        stream.submit(graph::launch);
    }

    /** Waits for the last launch and frees the graph. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            stream.synchronize();
            graph.close();
            kept.forEach(DeviceBlock::close);
            whenClosed.accept(this);
        }
    }
}
