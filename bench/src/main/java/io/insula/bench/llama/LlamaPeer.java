package io.insula.bench.llama;

import static io.insula.bench.llama.LlamaLayouts.CONTEXT_PARAMS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.StepEngine;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.WholeLogits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A model run by llama.cpp, behind the interface of our own engines' steps.
 *
 * <p>It keeps none of our engines' promises about equal bits. Logits are copied out of the native buffer, as a server
 * that samples in another language would.
 *
 * <p><b>Thread:</b> one; llama.cpp's own threads share the work of a step.
 */
@SuppressWarnings("restricted") // reads the logits that native code returns
public final class LlamaPeer implements StepEngine {

    private static final int BATCH_TOKENS = 512;

    private final LlamaLibrary library;
    private final LlamaSettings settings;
    private final EngineShape shape;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment model;
    private final MemorySegment context;
    private final MemorySegment vocabulary;
    private final MemorySegment memory;
    private final LlamaBatch batch;
    private final FloatBuffer rows;
    private final FloatBuffer prefilled;
    private final int[] lengths;

    private LlamaPeer(LlamaLibrary library, Path file, LlamaSettings settings) throws Throwable {
        this.library = library;
        this.settings = settings;
        this.model = (MemorySegment) library.loadModel.invoke(
                arena.allocateFrom(file.toString()), (MemorySegment) library.modelDefaultParams.invoke(arena));
        if (model.address() == 0) {
            throw new LlamaException(file + ": llama.cpp cannot load it");
        }
        this.context = (MemorySegment) library.newContext.invoke(model, parameters());
        if (context.address() == 0) {
            throw new LlamaException(file + ": llama.cpp cannot make a context of " + settings);
        }
        int room = (int) library.contextOfSequence.invoke(context);
        if (room < settings.slotTokens()) {
            throw new LlamaException(
                    "llama.cpp gives " + room + " tokens a slot (expected: " + settings.slotTokens() + ")");
        }
        this.vocabulary = (MemorySegment) library.vocabularyOf.invoke(model);
        this.memory = (MemorySegment) library.memoryOf.invoke(context);
        this.shape = new EngineShape(
                (int) library.vocabularySize.invoke(vocabulary), settings.slots(), settings.slotTokens());
        this.batch = new LlamaBatch(arena, Math.max(BATCH_TOKENS, settings.slots()), settings.slots());
        this.rows = floats(settings.slots() * shape.vocabulary());
        this.prefilled = floats(shape.vocabulary());
        this.lengths = new int[settings.slots()];
    }

    /**
     * Loads a GGUF file.
     *
     * @param libraries the folder that {@link LlamaInstall} gives
     */
    public static LlamaPeer open(Path libraries, Path file, LlamaSettings settings) {
        try {
            return new LlamaPeer(LlamaLibrary.load(libraries), file, settings);
        } catch (Throwable e) {
            throw LlamaLibrary.failure(file + ": llama.cpp failed", e);
        }
    }

    private MemorySegment parameters() throws Throwable {
        MemorySegment given = (MemorySegment) library.contextDefaultParams.invoke(arena);
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "n_ctx", settings.slots() * roundUp(settings.slotTokens()));
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "n_batch", Math.max(BATCH_TOKENS, settings.slots()));
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "n_ubatch", BATCH_TOKENS);
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "n_seq_max", settings.slots());
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "n_threads", settings.threads());
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "n_threads_batch", settings.threads());
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "flash_attn_type", settings.flashAttention().id);
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "type_k", settings.kvType().id);
        LlamaLayouts.setInt(CONTEXT_PARAMS, given, "type_v", settings.kvType().id);
        return given;
    }

    /** llama.cpp pads each sequence's room to a multiple of 256. */
    private static int roundUp(int tokens) {
        return (tokens + 255) / 256 * 256;
    }

    public LlamaSettings settings() {
        return settings;
    }

    /**
     * Tokens of a text.
     *
     * @param specials whether the text of a special token becomes that token
     */
    public int[] tokenize(String text, boolean specials) {
        try (Arena call = Arena.ofConfined()) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment bytes = call.allocate(utf8.length + 1L);
            bytes.asByteBuffer().put(utf8);
            MemorySegment tokens = call.allocate(JAVA_INT, utf8.length + 8L);
            int count = (int)
                    library.tokenize.invoke(vocabulary, bytes, utf8.length, tokens, utf8.length + 8, false, specials);
            if (count < 0) {
                throw new LlamaException("llama_tokenize: " + count);
            }
            return tokens.asSlice(0, 4L * count).toArray(JAVA_INT);
        } catch (Throwable e) {
            throw LlamaLibrary.failure("llama_tokenize", e);
        }
    }

    @Override
    public EngineShape shape() {
        return shape;
    }

    @Override
    public String fingerprint() {
        return "llama.cpp " + LlamaInstall.RELEASE + ", " + settings;
    }

    @Override
    public int length(int slot) {
        return lengths[slot];
    }

    @Override
    public void clear(int slot) {
        try {
            boolean removed = (boolean) library.removeFromMemory.invoke(memory, slot, -1, -1);
            if (!removed) {
                throw new LlamaException("llama_memory_seq_rm: slot " + slot + " refused");
            }
            lengths[slot] = 0;
        } catch (Throwable e) {
            throw LlamaLibrary.failure("llama_memory_seq_rm", e);
        }
    }

    @Override
    public void move(int source, int target) {
        if (source == target) {
            return;
        }
        copy(source, target);
        clear(source);
    }

    @Override
    public void copy(int source, int target) {
        if (source == target) {
            return;
        }
        clear(target);
        try {
            library.copyInMemory.invoke(memory, source, target, -1, -1);
        } catch (Throwable e) {
            throw LlamaLibrary.failure("llama_memory_seq_cp", e);
        }
        lengths[target] = lengths[source];
    }

    @Override
    public void prefill(int slot, int[] tokens, int from, int count) {
        prefill(slot, tokens, from, count, true);
        copyLogits(-1, prefilled, 0);
    }

    @Override
    public void prefillPart(int slot, int[] tokens, int from, int count) {
        prefill(slot, tokens, from, count, false);
    }

    private void prefill(int slot, int[] tokens, int from, int count, boolean logitsWanted) {
        Objects.checkFromIndexSize(from, count, tokens.length);
        for (int done = 0; done < count; ) {
            int chunk = Math.min(BATCH_TOKENS, count - done);
            batch.clear();
            for (int i = 0; i < chunk; i++) {
                boolean last = logitsWanted && done + i == count - 1;
                batch.add(tokens[from + done + i], lengths[slot] + i, slot, last);
            }
            decodeBatch();
            lengths[slot] += chunk;
            done += chunk;
        }
    }

    @Override
    public StepLogits prefillLogits() {
        return new WholeLogits(prefilled, shape.vocabulary());
    }

    @Override
    public StepLogits decode(int count, int[] tokens) {
        batch.clear();
        for (int row = 0; row < count; row++) {
            batch.add(tokens[row], lengths[row], row, true);
        }
        decodeBatch();
        for (int row = 0; row < count; row++) {
            lengths[row]++;
            copyLogits(row, rows, row * shape.vocabulary());
        }
        return new WholeLogits(rows, shape.vocabulary());
    }

    private void decodeBatch() {
        try {
            int result = (int) library.decode.invoke(context, batch.struct());
            if (result != 0) {
                throw new LlamaException("llama_decode: " + result);
            }
        } catch (Throwable e) {
            throw LlamaLibrary.failure("llama_decode", e);
        }
    }

    private void copyLogits(int row, FloatBuffer target, int at) {
        try {
            MemorySegment logits = (MemorySegment) library.logits.invoke(context, row);
            if (logits.address() == 0) {
                throw new LlamaException("llama_get_logits_ith: row " + row + " has none");
            }
            long bytes = 4L * shape.vocabulary();
            MemorySegment.copy(
                    logits.reinterpret(bytes),
                    JAVA_FLOAT,
                    0,
                    MemorySegment.ofBuffer(target),
                    JAVA_FLOAT,
                    4L * at,
                    shape.vocabulary());
        } catch (Throwable e) {
            throw LlamaLibrary.failure("llama_get_logits_ith", e);
        }
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(4 * count)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public void close() {
        try {
            library.freeContext.invoke(context);
            library.freeModel.invoke(model);
        } catch (Throwable e) {
            throw LlamaLibrary.failure("llama_free", e);
        } finally {
            arena.close();
        }
    }
}
