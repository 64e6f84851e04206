package io.insula.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.insula.inference.graph.DecoderShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory that steps read and write, and the arrays over it, made once for each form of a step.
 *
 * <p>A step's form is its range of slots and its tokens for each; its contents are put into the buffers before it runs.
 */
final class OnnxSteps {

    /** A range of slots, each with the same number of tokens, and how many of the tokens' logits are wanted. */
    private record Form(int firstSlot, int rows, int tokensPerRow, int wanted) {}

    private final NDManager manager;
    private final DecoderShape decoder;
    private final EngineShape engine;
    private final KvCache cache;
    private final int capacity;
    private final DataType cacheType;
    private final Map<Form, NDList> steps = new HashMap<>();
    private final Map<Form, NDList> scoredSteps = new HashMap<>();
    private final Map<Form, List<NDArray>> cacheViews = new HashMap<>();
    private final ByteBuffer hidden;
    private final ByteBuffer lastPositions;
    private final ByteBuffer totalLength;
    private final ByteBuffer prefillSelected;
    private final ByteBuffer decodeSelected;
    private final ByteBuffer prefillLogits;
    private final ByteBuffer decodeLogits;

    /**
     * @param rows the most rows of a decode step
     * @param chunk the most tokens of a prefill step
     */
    OnnxSteps(
            NDManager manager,
            DecoderShape decoder,
            EngineShape engine,
            KvCache cache,
            int capacity,
            KvType kvType,
            int rows,
            int chunk) {
        this.manager = manager;
        this.decoder = decoder;
        this.engine = engine;
        this.cache = cache;
        this.capacity = capacity;
        this.cacheType = kvType == KvType.INT8 ? DataType.INT8 : DataType.FLOAT32;
        hidden = floats((long) Math.max(chunk, rows) * decoder.hidden());
        lastPositions = direct((long) rows * Integer.BYTES);
        totalLength = direct(Integer.BYTES);
        prefillSelected = direct(Long.BYTES);
        decodeSelected = direct((long) rows * Long.BYTES);
        prefillLogits = floats(engine.vocabulary());
        decodeLogits = floats((long) rows * engine.vocabulary());
        LongBuffer selected = decodeSelected.asLongBuffer();
        for (int row = 0; row < rows; row++) {
            selected.put(row, row);
        }
    }

    /** The arrays of a step that appends {@code tokens} to one slot and tells no logits. */
    NDList prefill(int slot, int tokens) {
        return steps.computeIfAbsent(new Form(slot, 1, tokens, 0), form -> step(form, prefillSelected, prefillLogits));
    }

    /** The arrays of a step that appends {@code tokens} to one slot and tells the logits of the one selected. */
    NDList prefill(int slot, int tokens, int selected) {
        prefillSelected.asLongBuffer().put(0, selected);
        return steps.computeIfAbsent(new Form(slot, 1, tokens, 1), form -> step(form, prefillSelected, prefillLogits));
    }

    /** The arrays of a step that appends {@code tokens} to one slot and tells the logits of the first of them. */
    NDList prefillScored(int slot, int tokens, int wanted) {
        return scoredSteps.computeIfAbsent(
                new Form(slot, 1, tokens, wanted), form -> step(form, decodeSelected, decodeLogits));
    }

    /** The arrays of a step that appends one token to each of the first {@code computed} slots. */
    NDList decode(int wanted, int computed) {
        return steps.computeIfAbsent(
                new Form(0, computed, 1, wanted), form -> step(form, decodeSelected, decodeLogits));
    }

    FloatBuffer hidden() {
        return hidden.asFloatBuffer();
    }

    IntBuffer lastPositions() {
        return lastPositions.asIntBuffer();
    }

    IntBuffer totalLength() {
        return totalLength.asIntBuffer();
    }

    FloatBuffer prefillLogits() {
        return prefillLogits.asFloatBuffer();
    }

    FloatBuffer decodeLogits() {
        return decodeLogits.asFloatBuffer();
    }

    private NDList step(Form form, ByteBuffer selected, ByteBuffer logits) {
        ByteBuffer shape = direct(3L * Long.BYTES);
        shape.asLongBuffer().put(new long[] {form.rows(), form.tokensPerRow(), -1});
        NDList arrays = new NDList(
                array(hidden, DataType.FLOAT32, (long) form.rows() * form.tokensPerRow(), decoder.hidden()),
                array(shape, DataType.INT64, 3),
                array(selected, DataType.INT64, form.wanted()),
                array(lastPositions, DataType.INT32, form.rows()),
                array(totalLength, DataType.INT32),
                array(logits, DataType.FLOAT32, form.wanted(), engine.vocabulary()));
        arrays.addAll(cacheViews.computeIfAbsent(new Form(form.firstSlot(), form.rows(), 0, 0), this::cacheViews));
        return arrays;
    }

    private List<NDArray> cacheViews(Form range) {
        List<NDArray> views = new ArrayList<>(cache.blocks());
        for (int block = 0; block < cache.blocks(); block++) {
            ByteBuffer view = cache.view(block, range.firstSlot(), range.rows());
            views.add(array(view, cacheType, range.rows(), decoder.kvHeads(), capacity, decoder.headSize()));
        }
        return views;
    }

    /** An array over the buffer's first bytes; the runtime reads and writes the buffer itself. */
    private NDArray array(ByteBuffer memory, DataType type, long... dimensions) {
        Shape shape = new Shape(dimensions);
        ByteBuffer part = memory.duplicate().order(ByteOrder.nativeOrder());
        part.limit(Math.toIntExact(shape.size() * type.getNumOfBytes()));
        return manager.create(part, shape, type);
    }

    private static ByteBuffer floats(long count) {
        return direct(count * Float.BYTES);
    }

    private static ByteBuffer direct(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    }
}
