package io.insula.djl.tensorrt.nvinfer;

import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * An object of TensorRT for the time of a block.
 *
 * @param get the object
 * @param destructor which of its virtual functions deletes it
 */
record Owned<T extends Pointer>(T get, int destructor) implements AutoCloseable {
    /** The deleting destructor of {@code nvinfer1::INoCopy}: declared first. */
    private static final int FIRST = 1;

    /** Takes what a call of TensorRT returned; null is a failure with TensorRT's text. */
    static <T extends Pointer> Owned<T> of(@Nullable T object, long mark, String what) {
        return of(object, FIRST, mark, what);
    }

    /** The same for an interface that declares other functions before its destructor. */
    static <T extends Pointer> Owned<T> of(@Nullable T object, int destructor, long mark, String what) {
        if (object == null || object.isNull()) {
            throw TensorRtLog.SHARED.failure(mark, what);
        }
        return new Owned<>(object, destructor);
    }

    @Override
    public void close() {
        NativeObjects.delete(get, destructor);
    }
}
