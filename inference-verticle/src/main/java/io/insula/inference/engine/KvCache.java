package io.insula.inference.engine;

import io.insula.inference.graph.DecoderShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The keys and values of all slots: two blocks of native memory for each layer, in which neighbouring slots are neighbours.
 *
 * <p><b>Shape:</b> each block {@code [slots, kvHeads, capacity, headSize]} float32; no block may exceed 2 GiB.
 */
final class KvCache implements AutoCloseable {

    private final int kvHeads;
    private final long headBytes;
    private final long rowBytes;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> blocks;

    KvCache(DecoderShape decoder, int slots, int capacity) {
        kvHeads = decoder.kvHeads();
        rowBytes = (long) decoder.headSize() * Float.BYTES;
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
                MemorySegment.copy(
                        block,
                        (source * (long) kvHeads + head) * headBytes,
                        block,
                        (target * (long) kvHeads + head) * headBytes,
                        length * rowBytes);
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
