package io.insula.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Reads the processor time of this process to the nanosecond; the platform's own bean counts in steps of 10 ms.
 *
 * <p><b>Source:</b> {@code clock_gettime} of POSIX, on Linux, where the comparison runs.
 */
final class ProcessClock {

    private static final int PROCESS_CPUTIME = 2;
    private static final MethodHandle CLOCK = clock();
    private static final MemorySegment TIME = Arena.global().allocate(JAVA_LONG, 2);

    private ProcessClock() {}

    @SuppressWarnings("restricted") // reads a clock
    private static MethodHandle clock() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("clock_gettime"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    }

    /** Nanoseconds that all threads of this process have computed. */
    static synchronized long nanos() {
        try {
            int result = (int) CLOCK.invoke(PROCESS_CPUTIME, TIME);
            if (result != 0) {
                throw new BenchmarkException("clock_gettime: " + result);
            }
            return TIME.getAtIndex(JAVA_LONG, 0) * 1_000_000_000L + TIME.getAtIndex(JAVA_LONG, 1);
        } catch (BenchmarkException e) {
            throw e;
        } catch (Throwable e) {
            throw new BenchmarkException("clock_gettime: " + e, e);
        }
    }
}
