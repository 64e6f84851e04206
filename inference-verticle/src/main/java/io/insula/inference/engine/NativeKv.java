package io.insula.inference.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A part of a slot in native memory of its own; each engine has its own kind, since each lays it out otherwise.
 *
 * <p><b>Thread:</b> the one that made it, which also closes it.
 */
public abstract class NativeKv implements KvBlock {

    private final int from;
    private final int to;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory;

    protected NativeKv(int from, int to, long bytes) {
        this.from = from;
        this.to = to;
        this.memory = LazyMemory.allocate(arena, bytes);
    }

    public final MemorySegment memory() {
        return memory;
    }

    @Override
    public final int from() {
        return from;
    }

    @Override
    public final int to() {
        return to;
    }

    @Override
    public final long bytes() {
        return memory.byteSize();
    }

    @Override
    public final void close() {
        arena.close();
    }
}
