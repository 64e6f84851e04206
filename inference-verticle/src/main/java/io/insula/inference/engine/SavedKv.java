package io.insula.inference.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A part of a {@link KvCache}'s slot in native memory of its own.
 *
 * <p><b>Thread:</b> the one that made it, which also closes it.
 */
final class SavedKv implements KvBlock {

    private final int from;
    private final int to;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory;

    SavedKv(int from, int to, long bytes) {
        this.from = from;
        this.to = to;
        this.memory = LazyMemory.allocate(arena, bytes);
    }

    MemorySegment memory() {
        return memory;
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
