package io.insula.djl.tensorrt.cuda;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;

/** An instantiated graph of the CUDA runtime. */
final class BytedecoGraph implements CudaGraph {

    private final CUgraphExec_st graph;
    private boolean closed;

    private BytedecoGraph(CUgraphExec_st graph) {
        this.graph = graph;
    }

    /** Instantiates what was captured; the recording itself is not needed afterwards. */
    static BytedecoGraph of(CUgraph_st recording) {
        try {
            CUgraphExec_st graph = new CUgraphExec_st();
            CudaCalls.check(cudart.cudaGraphInstantiateWithFlags(graph, recording, 0), "instantiating a graph");
            return new BytedecoGraph(graph);
        } finally {
            cudart.cudaGraphDestroy(recording);
        }
    }

    @Override
    public void launch(CudaStream stream) {
        if (!(stream instanceof BytedecoStream target)) {
            throw new IllegalArgumentException("stream: " + stream + " (expected: one of the same CUDA)");
        }
        target.launch(graph);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            CudaCalls.check(cudart.cudaGraphExecDestroy(graph), "closing a graph");
        }
    }
}
