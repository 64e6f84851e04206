package io.insula.djl.tensorrt.nvinfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls the object as compiled C++ does: its function, then both destructors. */
@SuppressWarnings("restricted")
class LayerTimeCallbacksTest {

    private static final FunctionDescriptor REPORT =
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_FLOAT);
    private static final FunctionDescriptor DESTRUCTOR = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);

    @Test
    void answersAtThePlacesWhereTensorRtCalls() throws Throwable {
        List<String> told = new ArrayList<>();
        try (Arena arena = Arena.ofConfined();
                LayerTimeCallbacks callbacks =
                        new LayerTimeCallbacks((layer, millis) -> told.add(layer + " " + millis))) {
            MemorySegment self = MemorySegment.ofAddress(callbacks.address());
            function(self, 0, REPORT).invokeExact(self, arena.allocateFrom("gate"), 0.5f);
            function(self, 0, REPORT).invokeExact(self, MemorySegment.NULL, 1f);
            function(self, 1, DESTRUCTOR).invokeExact(self);
            function(self, 2, DESTRUCTOR).invokeExact(self);
            assertThat(told).containsExactly("gate 0.5", " 1.0");
            assertThat(callbacks.failure()).isNull();
        }
    }

    @Test
    void nothingIsThrownIntoTensorRt() throws Throwable {
        try (LayerTimeCallbacks callbacks = new LayerTimeCallbacks((layer, millis) -> {
            throw new IllegalArgumentException(String.valueOf(millis));
        })) {
            MemorySegment self = MemorySegment.ofAddress(callbacks.address());
            function(self, 0, REPORT).invokeExact(self, MemorySegment.NULL, 1f);
            function(self, 0, REPORT).invokeExact(self, MemorySegment.NULL, 2f);
            assertThat(callbacks.failure()).as("the first").hasMessage("1.0");
        }
    }

    private static MethodHandle function(MemorySegment self, int index, FunctionDescriptor descriptor) {
        MemorySegment table =
                self.reinterpret(8).get(ValueLayout.ADDRESS, 0).reinterpret(3 * ValueLayout.ADDRESS.byteSize());
        return Linker.nativeLinker().downcallHandle(table.getAtIndex(ValueLayout.ADDRESS, index), descriptor);
    }
}
