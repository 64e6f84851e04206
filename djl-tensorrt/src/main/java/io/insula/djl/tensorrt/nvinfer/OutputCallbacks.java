package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.CppObject.Function;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * A {@code nvinfer1::IOutputAllocator} that asks Java for memory once the size of an output is known.
 *
 * <p><b>Thread</b>: TensorRT calls on the thread that enqueues. It is closed after its context.
 */
final class OutputCallbacks implements AutoCloseable {

    private static final int MOST_DIMENSIONS = 8;
    /** {@code int32_t nbDims; int64_t d[8]} */
    private static final long DIMENSIONS_BYTES = (1 + MOST_DIMENSIONS) * 8L;

    private final CppObject object;
    private @Nullable OutputMemory memory;
    private @Nullable Throwable failure;

    OutputCallbacks() {
        object = new CppObject(
                MethodHandles.lookup(),
                this,
                "IOutputAllocator",
                new Function(
                        "reallocate",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG)),
                new Function(
                        "reallocateAsync",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS)),
                new Function(
                        "notifyShape",
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS)));
    }

    /** The address of the C++ object. */
    long address() {
        return object.address();
    }

    /** Where the next run's output goes. */
    void target(OutputMemory target) {
        memory = target;
        failure = null;
    }

    /** What Java threw in the last run, which the run then failed for. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void close() {
        object.close();
    }

    MemorySegment reallocate(MemorySegment self, MemorySegment name, MemorySegment current, long size, long alignment) {
        OutputMemory target = memory;
        try {
            return target == null ? MemorySegment.NULL : MemorySegment.ofAddress(target.allocate(size));
        } catch (RuntimeException | Error thrown) {
            failure = thrown;
            return MemorySegment.NULL;
        }
    }

    MemorySegment reallocateAsync(
            MemorySegment self,
            MemorySegment name,
            MemorySegment current,
            long size,
            long alignment,
            MemorySegment stream) {
        return reallocate(self, name, current, size, alignment);
    }

    @SuppressWarnings("restricted")
    void notifyShape(MemorySegment self, MemorySegment name, MemorySegment dimensions) {
        OutputMemory target = memory;
        try {
            MemorySegment dims = dimensions.reinterpret(DIMENSIONS_BYTES);
            int rank = dims.get(ValueLayout.JAVA_INT, 0);
            if (target == null || rank < 0 || rank > MOST_DIMENSIONS) {
                return;
            }
            long[] shape = new long[rank];
            for (int i = 0; i < rank; i++) {
                shape[i] = dims.getAtIndex(ValueLayout.JAVA_LONG, 1 + i);
            }
            target.shape(new Shape(shape));
        } catch (RuntimeException | Error thrown) {
            failure = thrown;
        }
    }
}
