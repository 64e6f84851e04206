package io.insula.djl.tensorrt;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.memory.DeviceBlock;
import io.insula.djl.tensorrt.nvinfer.OutputMemory;
import io.insula.djl.tensorrt.nvinfer.TensorRtException;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import org.jspecify.annotations.Nullable;

/** An output whose shape only the run tells: it is allocated while the run is enqueued and becomes an array afterwards. */
final class LateOutput implements OutputMemory, AutoCloseable {

    private final TensorSpec spec;
    private final TensorRtNDManager manager;
    private @Nullable DeviceBlock block;
    private @Nullable Shape shape;

    /** An output on the stream of a manager. */
    LateOutput(TensorSpec spec, TensorRtNDManager manager) {
        this.spec = spec;
        this.manager = manager;
    }

    @Override
    public long allocate(long sizeBytes) {
        close();
        DeviceBlock taken = manager.gpu().memory().allocate(manager.stream(), sizeBytes, "output " + spec.name());
        block = taken;
        return taken.address();
    }

    @Override
    public void shape(Shape told) {
        shape = told;
    }

    /** The output as an array of a manager, which takes over the memory. */
    TensorRtNDArray array(TensorRtNDManager target) {
        DeviceBlock taken = block;
        Shape told = shape;
        if (taken == null || told == null) {
            throw new TensorRtException("TensorRT did not tell the shape of output " + spec.name());
        }
        block = null;
        return target.attach(taken, 0, told, ArrayType.of(spec.type()));
    }

    @Override
    public void close() {
        DeviceBlock taken = block;
        if (taken != null) {
            block = null;
            taken.close();
        }
    }
}
