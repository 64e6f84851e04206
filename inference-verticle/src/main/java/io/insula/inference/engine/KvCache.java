package io.insula.inference.engine;

import io.insula.inference.graph.DecoderShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The keys and values of all slots: two blocks of native memory for each layer, in which neighbouring slots are neighbours.
 *
 * <p><b>Shape:</b> each block {@code [slots, kvHeads, capacity, headSize]}; no block may exceed 2 GiB.
 */
final class KvCache implements AutoCloseable {

    private final int kvHeads;
    private final long headBytes;
    private final long rowBytes;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> blocks;

    KvCache(DecoderShape decoder, int slots, int capacity, KvType type) {
        kvHeads = decoder.kvHeads();
        rowBytes = (long) decoder.headSize() * type.bytes();
        headBytes = capacity * rowBytes;
        long blockBytes = headBytes * kvHeads * slots;
        if (blockBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("KV cache of one layer: " + blockBytes
                    + " bytes (expected: at most 2 GiB; lower maxSlots or slotTokens)");
        }
        blocks = IntStream.range(0, 2 * decoder.layers())
                .mapToObj(block -> LazyMemory.allocate(arena, blockBytes))
                .toList();
    }

    /** Blocks: the keys of layer 0, its values, the keys of layer 1, … */
    int blocks() {
        return blocks.size();
    }

    /** The part of a block that belongs to neighbouring slots. */
    ByteBuffer view(int block, int firstSlot, int slots) {
        long slotBytes = kvHeads * headBytes;
        return blocks.get(block)
                .asSlice(firstSlot * slotBytes, slots * slotBytes)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    /** Copies the first {@code length} tokens of a slot to another. */
    void copy(int source, int target, int length) {
        for (MemorySegment block : blocks) {
            for (int head = 0; head < kvHeads; head++) {
                MemorySegment.copy(block, at(source, head, 0), block, at(target, head, 0), length * rowBytes);
            }
        }
    }

    /** The bytes of one token's keys and values of all layers. */
    long tokenBytes() {
        return (long) blocks.size() * kvHeads * rowBytes;
    }

    /** Copies the tokens {@code [from, to)} of a slot, block by block and head by head. */
    SavedKv save(int slot, int from, int to) {
        SavedKv saved = new SavedKv(from, to, (to - from) * tokenBytes());
        long bytes = (to - from) * rowBytes;
        long into = 0;
        for (MemorySegment block : blocks) {
            for (int head = 0; head < kvHeads; head++) {
                MemorySegment.copy(block, at(slot, head, from), saved.memory(), into, bytes);
                into += bytes;
            }
        }
        return saved;
    }

    /** Copies a saved run of tokens to its place in a slot. */
    void load(SavedKv saved, int slot) {
        long bytes = (saved.to() - saved.from()) * rowBytes;
        long expected = (saved.to() - saved.from()) * tokenBytes();
        if (saved.bytes() != expected) {
            throw new IllegalArgumentException(
                    "block of " + saved.bytes() + " bytes (expected: " + expected + ", as this model's)");
        }
        long out = 0;
        for (MemorySegment block : blocks) {
            for (int head = 0; head < kvHeads; head++) {
                MemorySegment.copy(saved.memory(), out, block, at(slot, head, saved.from()), bytes);
                out += bytes;
            }
        }
    }

    /**
     * The largest magnitude of each channel of a float32 block over the first {@code length} tokens of a slot.
     *
     * @return {@code [kvHeads * headSize]}
     */
    float[] magnitudes(int slot, int block, int length) {
        int headSize = Math.toIntExact(rowBytes / Float.BYTES);
        float[] largest = new float[kvHeads * headSize];
        for (int head = 0; head < kvHeads; head++) {
            for (int token = 0; token < length; token++) {
                long row = at(slot, head, token);
                for (int i = 0; i < headSize; i++) {
                    float value = blocks.get(block).get(ValueLayout.JAVA_FLOAT, row + (long) i * Float.BYTES);
                    largest[head * headSize + i] = Math.max(largest[head * headSize + i], Math.abs(value));
                }
            }
        }
        return largest;
    }

    private long at(int slot, int head, int token) {
        return (slot * (long) kvHeads + head) * headBytes + token * rowBytes;
    }

    @Override
    public void close() {
        arena.close();
    }
}
