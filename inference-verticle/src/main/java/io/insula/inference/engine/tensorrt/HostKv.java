package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.LazyMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A part of a {@link DeviceCache}'s slot in memory of the host.
 *
 * <p><b>Shape:</b> pieces of {@link MemoryEstimate#PIECE} tokens, the last one shorter, each {@code [blocks, kvHeads, tokens,
 * headSize]}.
 *
 * <p><b>Thread:</b> the one that made it, which also closes it.
 */
final class HostKv implements KvBlock {

    private final int from;
    private final int to;
    private final boolean spoilt;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory;

    /**
     * @param spoilt whether the slot held numbers that are none
     */
    HostKv(int from, int to, long bytes, boolean spoilt) {
        this.from = from;
        this.to = to;
        this.spoilt = spoilt;
        this.memory = LazyMemory.allocate(arena, bytes);
    }

    MemorySegment memory() {
        return memory;
    }

    boolean spoilt() {
        return spoilt;
    }

    @Override
    public int from() {
        return from;
    }

    @Override
    public int to() {
        return to;
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }
}
