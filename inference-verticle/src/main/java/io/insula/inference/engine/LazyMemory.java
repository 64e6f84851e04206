package io.insula.inference.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Zeroed native memory whose pages the operating system provides on first touch.
 *
 * <p>Direct buffers and {@link Arena#allocate} write every byte; a cache of a gibibyte would cost its whole size and half a
 * second at start, however little of it is used.
 *
 * <p><b>Thread:</b> any; the memory is its arena's.
 */
// calloc and free are called with the types that the C standard gives them, and a block is as long as was asked for.
@SuppressWarnings("restricted")
public final class LazyMemory {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALLOC = function(
            "calloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    /** Of the GNU C library alone. */
    private static final Optional<MethodHandle> TRIM = LINKER.defaultLookup()
            .find("malloc_trim")
            .map(trim ->
                    LINKER.downcallHandle(trim, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));

    private LazyMemory() {}

    /** Allocates memory that is freed when the arena closes. */
    public static MemorySegment allocate(Arena arena, long bytes) {
        MemorySegment address = (MemorySegment) invoke(CALLOC, 1L, bytes);
        if (address.address() == 0) {
            throw new OutOfMemoryError("no " + bytes + " bytes of native memory");
        }
        return address.reinterpret(bytes, arena, memory -> invoke(FREE, memory));
    }

    /** Gives what the C library keeps of freed memory back to the system, where it can. */
    static void giveBack() {
        TRIM.ifPresent(trim -> invoke(trim, 0L));
    }

    private static Object invoke(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the C library cannot be called", e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }
}
