package io.insula.djl.tensorrt.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/** A plan driven by the bindings alone: what the engine's own calls are compared with. */
final class DirectPlan {

    private static final ILogger LOG = new Silent();

    private final IExecutionContext context;
    private final CUstream_st stream = new CUstream_st();

    private DirectPlan(IExecutionContext context) {
        this.context = context;
        check(cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking));
    }

    /** Reads a plan; what it takes is not given back. */
    static DirectPlan read(Path file) throws IOException {
        IRuntime runtime = nvinfer.createInferRuntime(LOG);
        BytePointer bytes = new BytePointer(Files.readAllBytes(file));
        ICudaEngine engine = runtime.deserializeCudaEngine(bytes, bytes.capacity());
        if (engine == null) {
            throw new IOException("TensorRT cannot read the plan " + file);
        }
        return new DirectPlan(engine.createExecutionContext());
    }

    /** Binds a tensor to fresh device memory. */
    void bind(String tensor, long sizeBytes) {
        Pointer memory = new Pointer();
        check(cudart.cudaMalloc(memory, sizeBytes));
        if (!context.setTensorAddress(tensor, memory)) {
            throw new IllegalStateException("TensorRT refuses the address of " + tensor);
        }
    }

    void enqueue() {
        if (!context.enqueueV3(stream)) {
            throw new IllegalStateException("TensorRT did not enqueue the plan.");
        }
    }

    void synchronize() {
        check(cudart.cudaStreamSynchronize(stream));
    }

    private static void check(int code) {
        if (code != 0) {
            throw new IllegalStateException("CUDA error " + code);
        }
    }

    private static final class Silent extends ILogger {
        @Override
        public void log(Severity severity, String message) {
            // What matters shows in the results.
        }
    }
}
