package io.insula.inference.engine;

import ai.onnxruntime.OrtEnvironment;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/**
 * A reference to ONNX Runtime's environment, made through its C interface with a pool of threads for all sessions.
 *
 * <p>The library has one environment a process: whoever asks for one later, as DJL does, gets the same, whatever options it
 * brings. The environment lives as long as anybody holds a reference.
 *
 * <p><b>Errors:</b> {@link EngineException} when the library refuses.
 *
 * <p><b>Source:</b> {@code struct OrtApi} of onnxruntime_c_api.h, whose functions keep their places in every version.
 */
// The functions are called with the types of the header that fixes their places.
@SuppressWarnings("restricted")
final class NativeEnvironment {

    /** The version of the C interface that is asked for; all that is used here is older. */
    private static final int API_VERSION = 14;

    private static final int WARNINGS = 2;

    private static final int GET_ERROR_MESSAGE = 2;
    private static final int RELEASE_ENV = 92;
    private static final int RELEASE_STATUS = 93;
    private static final int CREATE_ENV_WITH_GLOBAL_THREAD_POOLS = 119;
    private static final int CREATE_THREADING_OPTIONS = 121;
    private static final int RELEASE_THREADING_OPTIONS = 122;
    private static final int SET_GLOBAL_INTRA_OP_NUM_THREADS = 147;
    private static final int SET_GLOBAL_INTER_OP_NUM_THREADS = 148;
    private static final int SET_GLOBAL_SPIN_CONTROL = 149;
    private static final int FUNCTIONS = 150;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private final MemorySegment api;
    private final MemorySegment environment;

    private NativeEnvironment(MemorySegment api, MemorySegment environment) {
        this.api = api;
        this.environment = environment;
    }

    /**
     * Makes the environment.
     *
     * @param threads of the pool, the thread that runs a session included
     * @param spinning whether its idle threads wait busily
     */
    static NativeEnvironment create(int threads, boolean spinning) {
        // Loads the library.
        if (OrtEnvironment.getAvailableProviders().isEmpty()) {
            throw new EngineException("ONNX Runtime has no execution provider");
        }
        MemorySegment api = api();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(POINTER);
            check(api, CREATE_THREADING_OPTIONS, arguments(POINTER), made);
            MemorySegment options = made.get(POINTER, 0);
            try {
                check(api, SET_GLOBAL_INTRA_OP_NUM_THREADS, arguments(POINTER, INT), options, threads);
                check(api, SET_GLOBAL_INTER_OP_NUM_THREADS, arguments(POINTER, INT), options, 1);
                check(api, SET_GLOBAL_SPIN_CONTROL, arguments(POINTER, INT), options, spinning ? 1 : 0);
                check(
                        api,
                        CREATE_ENV_WITH_GLOBAL_THREAD_POOLS,
                        arguments(INT, POINTER, POINTER, POINTER),
                        WARNINGS,
                        arena.allocateFrom("insula"),
                        options,
                        made);
            } finally {
                release(api, RELEASE_THREADING_OPTIONS, options);
            }
            return new NativeEnvironment(api, made.get(POINTER, 0));
        }
    }

    /** Gives this reference back. */
    void release() {
        release(api, RELEASE_ENV, environment);
    }

    private static MemorySegment api() {
        MemorySegment entry = SymbolLookup.loaderLookup()
                .find("OrtGetApiBase")
                .orElseThrow(() -> new EngineException("ONNX Runtime has no C interface: OrtGetApiBase is missing"));
        MemorySegment base = (MemorySegment) call(entry, FunctionDescriptor.of(POINTER));
        MemorySegment getApi = base.reinterpret(POINTER.byteSize()).get(POINTER, 0);
        MemorySegment api = (MemorySegment) call(getApi, FunctionDescriptor.of(POINTER, INT), API_VERSION);
        if (api.address() == 0) {
            throw new EngineException("ONNX Runtime's C interface has no version " + API_VERSION);
        }
        return api.reinterpret(FUNCTIONS * POINTER.byteSize());
    }

    private static MemoryLayout[] arguments(MemoryLayout... types) {
        return types;
    }

    private static void check(MemorySegment api, int function, MemoryLayout[] types, Object... values) {
        MemorySegment status =
                (MemorySegment) call(function(api, function), FunctionDescriptor.of(POINTER, types), values);
        if (status.address() != 0) {
            MemorySegment text = (MemorySegment)
                    call(function(api, GET_ERROR_MESSAGE), FunctionDescriptor.of(POINTER, POINTER), status);
            String message = text.reinterpret(Integer.MAX_VALUE).getString(0);
            release(api, RELEASE_STATUS, status);
            throw new EngineException("ONNX Runtime cannot prepare its threads: " + message);
        }
    }

    private static void release(MemorySegment api, int function, MemorySegment what) {
        call(function(api, function), FunctionDescriptor.ofVoid(POINTER), what);
    }

    private static MemorySegment function(MemorySegment api, int index) {
        return api.getAtIndex(POINTER, index);
    }

    private static Object call(MemorySegment function, FunctionDescriptor descriptor, Object... values) {
        try {
            return LINKER.downcallHandle(function, descriptor).invokeWithArguments(values);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("ONNX Runtime's C interface cannot be called", e);
        }
    }
}
