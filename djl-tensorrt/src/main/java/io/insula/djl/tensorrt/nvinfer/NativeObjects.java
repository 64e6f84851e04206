package io.insula.djl.tensorrt.nvinfer;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Pointer;

/**
 * Deletes objects of TensorRT: since version 10 they have no {@code destroy()}, and the bindings free only what they made.
 *
 * <p><b>Source</b>: the Itanium C++ ABI. Every interface of TensorRT that its functions return begins with a virtual destructor,
 * so the second entry of the table of virtual functions destroys the object and frees its memory: what {@code delete} calls.
 */
final class NativeObjects {

    private static final FunctionDescriptor DELETE = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);
    private static final int DELETING_DESTRUCTOR = 1;

    private NativeObjects() {}

    /** What C++ does at {@code delete object}; forgets the address, so that a second call does nothing. */
    static void delete(Pointer object) {
        delete(object, DELETING_DESTRUCTOR);
    }

    /** The same for an interface whose deleting destructor is another of its virtual functions, counted from 0. */
    static void delete(Pointer object, int function) {
        if (object.isNull()) {
            return;
        }
        MemorySegment self = MemorySegment.ofAddress(object.address());
        object.setNull();
        try {
            virtual(self, function).invokeExact(self);
        } catch (Throwable failure) {
            throw new TensorRtException("deleting an object of TensorRT failed", failure);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle virtual(MemorySegment self, int function) {
        long size = ValueLayout.ADDRESS.byteSize();
        MemorySegment table = self.reinterpret(size).get(ValueLayout.ADDRESS, 0).reinterpret((function + 1) * size);
        return Linker.nativeLinker().downcallHandle(table.getAtIndex(ValueLayout.ADDRESS, function), DELETE);
    }
}
