package io.insula.djl.tensorrt.nvinfer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls the object as compiled C++ does: through its table of virtual functions, by position. */
@SuppressWarnings("restricted")
class OutputCallbacksTest {

    private final List<String> calls = new ArrayList<>();
    private boolean fails;

    private final OutputMemory memory = new OutputMemory() {
        @Override
        public long allocate(long sizeBytes) {
            if (fails) {
                throw new IllegalStateException("no memory");
            }
            calls.add("allocate " + sizeBytes);
            return 0x5000;
        }

        @Override
        public void shape(Shape shape) {
            calls.add("shape " + shape);
        }
    };

    private static MemorySegment function(OutputCallbacks callbacks, int position) {
        MemorySegment object = MemorySegment.ofAddress(callbacks.address()).reinterpret(8);
        return object.get(ValueLayout.ADDRESS, 0).reinterpret(7 * 8).getAtIndex(ValueLayout.ADDRESS, position);
    }

    @Test
    void asksJavaForMemoryAndTellsItTheShape() throws Throwable {
        try (OutputCallbacks callbacks = new OutputCallbacks();
                Arena arena = Arena.ofConfined()) {
            callbacks.target(memory);
            MemorySegment self = MemorySegment.ofAddress(callbacks.address());
            MemorySegment name = arena.allocateFrom("indices");
            MethodHandle reallocate = Linker.nativeLinker()
                    .downcallHandle(
                            function(callbacks, 5),
                            FunctionDescriptor.of(
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS));
            MemorySegment given = (MemorySegment)
                    reallocate.invokeExact(self, name, MemorySegment.NULL, 48L, 256L, MemorySegment.NULL);
            assertThat(given.address()).isEqualTo(0x5000);
            MethodHandle notify = Linker.nativeLinker()
                    .downcallHandle(
                            function(callbacks, 6),
                            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            MemorySegment dims = arena.allocate(72, 8);
            dims.set(ValueLayout.JAVA_INT, 0, 2);
            dims.set(ValueLayout.JAVA_LONG, 8, 3);
            dims.set(ValueLayout.JAVA_LONG, 16, 2);
            notify.invokeExact(self, name, dims);
            assertThat(calls).containsExactly("allocate 48", "shape (3, 2)");
            assertThat(callbacks.failure()).isNull();

            fails = true;
            MemorySegment none = (MemorySegment)
                    reallocate.invokeExact(self, name, MemorySegment.NULL, 48L, 256L, MemorySegment.NULL);
            assertThat(none.address()).isZero();
            assertThat(callbacks.failure()).hasMessage("no memory");
        }
    }

    @Test
    void tellsTensorRtWhichInterfaceItIs() throws Throwable {
        try (OutputCallbacks callbacks = new OutputCallbacks();
                Arena arena = Arena.ofConfined()) {
            MemoryLayout version =
                    MemoryLayout.structLayout(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            MethodHandle info = Linker.nativeLinker()
                    .downcallHandle(function(callbacks, 1), FunctionDescriptor.of(version, ValueLayout.ADDRESS));
            MemorySegment told = (MemorySegment) info.invokeExact(
                    (java.lang.foreign.SegmentAllocator) arena, MemorySegment.ofAddress(callbacks.address()));
            assertThat(told.get(ValueLayout.ADDRESS, 0).reinterpret(64).getString(0))
                    .isEqualTo("IOutputAllocator");
            assertThat(told.get(ValueLayout.JAVA_INT, 8)).isEqualTo(1);
            assertThat(told.get(ValueLayout.JAVA_INT, 12)).isZero();
        }
    }
}
