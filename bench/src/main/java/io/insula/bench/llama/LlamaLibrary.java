package io.insula.bench.llama;

import static io.insula.bench.llama.LlamaLayouts.BATCH;
import static io.insula.bench.llama.LlamaLayouts.CONTEXT_PARAMS;
import static io.insula.bench.llama.LlamaLayouts.MODEL_PARAMS;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libllama that the comparison needs.
 *
 * <p>Loaded once in a process; the native code stays until its end.
 */
@SuppressWarnings("restricted") // calling native code is what this class is for
final class LlamaLibrary {

    private static final Linker LINKER = Linker.nativeLinker();

    private static @Nullable LlamaLibrary loaded;

    private final Path folder;
    private final SymbolLookup llama;
    final MethodHandle modelDefaultParams;
    final MethodHandle contextDefaultParams;
    final MethodHandle loadModel;
    final MethodHandle freeModel;
    final MethodHandle newContext;
    final MethodHandle freeContext;
    final MethodHandle vocabularyOf;
    final MethodHandle vocabularySize;
    final MethodHandle tokenize;
    final MethodHandle memoryOf;
    final MethodHandle removeFromMemory;
    final MethodHandle copyInMemory;
    final MethodHandle decode;
    final MethodHandle logits;
    final MethodHandle contextOfSequence;

    private LlamaLibrary(Path libraries) {
        folder = libraries;
        llama = SymbolLookup.libraryLookup(libraries.resolve("libllama.v0.5.0.so"), Arena.global());
        SymbolLookup ggml = SymbolLookup.libraryLookup(libraries.resolve("libggml.v0.5.0.so"), Arena.global());
        modelDefaultParams = function("llama_model_default_params", MODEL_PARAMS);
        contextDefaultParams = function("llama_context_default_params", CONTEXT_PARAMS);
        loadModel = function("llama_model_load_from_file", ADDRESS, ADDRESS, MODEL_PARAMS);
        freeModel = procedure(llama, "llama_model_free", ADDRESS);
        newContext = function("llama_init_from_model", ADDRESS, ADDRESS, CONTEXT_PARAMS);
        freeContext = procedure(llama, "llama_free", ADDRESS);
        vocabularyOf = function("llama_model_get_vocab", ADDRESS, ADDRESS);
        vocabularySize = function("llama_vocab_n_tokens", JAVA_INT, ADDRESS);
        tokenize = function(
                "llama_tokenize", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN);
        memoryOf = function("llama_get_memory", ADDRESS, ADDRESS);
        removeFromMemory = function("llama_memory_seq_rm", JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
        copyInMemory = procedure(llama, "llama_memory_seq_cp", ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
        decode = function("llama_decode", JAVA_INT, ADDRESS, BATCH);
        logits = function("llama_get_logits_ith", ADDRESS, ADDRESS, JAVA_INT);
        contextOfSequence = function("llama_n_ctx_seq", JAVA_INT, ADDRESS);
        silenceLog();
        try (Arena arena = Arena.ofConfined()) {
            checkVersion();
            checkLayouts(arena);
            procedure(ggml, "ggml_backend_load_all_from_path", ADDRESS)
                    .invoke(arena.allocateFrom(libraries.toString()));
            procedure(llama, "llama_backend_init").invoke();
        } catch (Throwable e) {
            throw failure("llama.cpp cannot be initialised", e);
        }
    }

    /**
     * Loads the libraries, checks their version and layouts, and chooses the backend for this processor; a second call
     * answers the same object.
     */
    static synchronized LlamaLibrary load(Path libraries) {
        Path folder = libraries.toAbsolutePath().normalize();
        if (loaded == null) {
            loaded = new LlamaLibrary(folder);
        } else if (!loaded.folder.equals(folder)) {
            throw new LlamaException(
                    "llama.cpp is loaded from " + loaded.folder + " already (asked for: " + folder + ")");
        }
        return loaded;
    }

    /** A native call threw: the cause when it is ours, else wrapped. */
    static RuntimeException failure(String what, Throwable cause) {
        return cause instanceof LlamaException ours ? ours : new LlamaException(what + ": " + cause, cause);
    }

    private void checkVersion() throws Throwable {
        MemorySegment text = (MemorySegment) function("llama_version", ADDRESS).invoke();
        String version = text.reinterpret(64).getString(0, StandardCharsets.US_ASCII);
        if (!version.startsWith(LlamaInstall.RELEASE)) {
            throw new LlamaException("llama.cpp " + version + " (expected: " + LlamaInstall.RELEASE + ")");
        }
    }

    /** A field that moved shows as a default that is not the known one. */
    private void checkLayouts(Arena arena) throws Throwable {
        MemorySegment model = (MemorySegment) modelDefaultParams.invoke(arena);
        MemorySegment context = (MemorySegment) contextDefaultParams.invoke(arena);
        boolean asExpected = LlamaLayouts.intAt(MODEL_PARAMS, model, "n_gpu_layers") == -1
                && LlamaLayouts.intAt(MODEL_PARAMS, model, "main_gpu") == 0
                && !LlamaLayouts.flagAt(MODEL_PARAMS, model, "vocab_only")
                && LlamaLayouts.flagAt(MODEL_PARAMS, model, "use_extra_bufts")
                && !LlamaLayouts.flagAt(MODEL_PARAMS, model, "no_alloc")
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "n_ctx") == 512
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "n_batch") == 2048
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "n_ubatch") == 512
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "n_seq_max") == 1
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "n_threads") == 4
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "n_threads_batch") == 4
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "attention_type") == -1
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "flash_attn_type") == -1
                && LlamaLayouts.floatAt(CONTEXT_PARAMS, context, "yarn_ext_factor") == -1
                && LlamaLayouts.floatAt(CONTEXT_PARAMS, context, "defrag_thold") == -1
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "type_k") == 1
                && LlamaLayouts.intAt(CONTEXT_PARAMS, context, "type_v") == 1
                && !LlamaLayouts.flagAt(CONTEXT_PARAMS, context, "embeddings")
                && LlamaLayouts.flagAt(CONTEXT_PARAMS, context, "offload_kqv")
                && !LlamaLayouts.flagAt(CONTEXT_PARAMS, context, "kv_unified");
        if (!asExpected) {
            throw new LlamaException(
                    "the parameter structs of this llama.cpp are not those of " + LlamaInstall.RELEASE);
        }
    }

    private void silenceLog() {
        try {
            FunctionDescriptor type = FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS);
            MethodHandle ignore = MethodHandles.empty(
                    MethodType.methodType(void.class, int.class, MemorySegment.class, MemorySegment.class));
            procedure(llama, "llama_log_set", ADDRESS, ADDRESS)
                    .invoke(LINKER.upcallStub(ignore, type, Arena.global()), MemorySegment.NULL);
        } catch (Throwable e) {
            throw failure("llama_log_set", e);
        }
    }

    private MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(llama.findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    private static MethodHandle procedure(SymbolLookup library, String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(library.findOrThrow(name), FunctionDescriptor.ofVoid(arguments));
    }
}
