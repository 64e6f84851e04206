package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.nvinfer.CppObject.Function;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * A {@code nvinfer1::IProfiler} that tells Java. It is an interface without a version: its function comes before its destructors.
 *
 * <p><b>Thread</b>: TensorRT calls on the thread that enqueues. It is closed after its context.
 */
final class LayerTimeCallbacks implements AutoCloseable {

    private final LayerTimes times;
    private final CppObject object;
    private @Nullable Throwable failure;

    LayerTimeCallbacks(LayerTimes times) {
        this.times = times;
        object = CppObject.withoutVersion(
                MethodHandles.lookup(),
                this,
                new Function(
                        "reportLayerTime",
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_FLOAT)));
    }

    /** The address of the C++ object. */
    long address() {
        return object.address();
    }

    /** What Java threw first. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void close() {
        object.close();
    }

    void reportLayerTime(MemorySegment self, MemorySegment layer, float millis) {
        try {
            times.took(CppObject.text(layer), millis);
        } catch (RuntimeException | Error thrown) {
            failure = failure == null ? thrown : failure;
        }
    }
}
