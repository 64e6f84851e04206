package io.insula.djl.tensorrt.nvinfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.cuda.NativeAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("restricted")
class NativeObjectsTest {
    private final List<String> called = new ArrayList<>();

    @Test
    void callsTheDeletingDestructorOnce() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment object = object(arena);
            NativeAddress pointer = new NativeAddress(object.address());

            NativeObjects.delete(pointer);
            NativeObjects.delete(pointer);

            assertThat(called).containsExactly("1 at " + object.address());
            assertThat(pointer.isNull()).isTrue();
        }
    }

    @Test
    void callsTheOneThatIsNamedWhereOthersAreDeclaredBefore() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment object = object(arena);

            new Owned<>(new NativeAddress(object.address()), 3).close();

            assertThat(called).containsExactly("3 at " + object.address());
        }
    }

    /** An object whose class has four virtual functions. */
    private MemorySegment object(Arena arena) throws ReflectiveOperationException {
        MemorySegment table = arena.allocate(ValueLayout.ADDRESS, 4);
        var note = MethodHandles.lookup()
                .bind(this, "note", MethodType.methodType(void.class, int.class, MemorySegment.class));
        for (int i = 0; i < 4; i++) {
            table.setAtIndex(
                    ValueLayout.ADDRESS,
                    i,
                    Linker.nativeLinker()
                            .upcallStub(
                                    MethodHandles.insertArguments(note, 0, i),
                                    FunctionDescriptor.ofVoid(ValueLayout.ADDRESS),
                                    arena));
        }
        MemorySegment object = arena.allocate(ValueLayout.ADDRESS);
        object.set(ValueLayout.ADDRESS, 0, table);
        return object;
    }

    void note(int function, MemorySegment self) {
        called.add(function + " at " + self.address());
    }
}
