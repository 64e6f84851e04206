package io.insula.inference.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Native memory for weights that the runtime's kernels copy into layouts of their own, and that nothing reads afterwards.
 *
 * <p>{@link #invert} before {@link #close} tells whether that is so: a runtime that still reads the memory then computes other
 * numbers, where after closing it would crash.
 *
 * <p>Allocations share slabs, because the C library gives only large ones back to the system; untouched pages cost nothing.
 */
final class PassingMemory implements SegmentAllocator, AutoCloseable {

    private static final long SLAB_BYTES = 64L << 20;
    /** Bytes of an allocation that tell whether it is read. */
    private static final long INVERTED = 256;

    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> segments = new ArrayList<>();
    private MemorySegment slab = MemorySegment.NULL;
    private long used;
    private boolean closed;

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        long from = (used + alignment - 1) / alignment * alignment;
        if (bytes > slab.byteSize() - from) {
            slab = LazyMemory.allocate(arena, Math.max(bytes, SLAB_BYTES));
            from = 0;
        }
        used = from + bytes;
        MemorySegment segment = slab.asSlice(from, bytes);
        segments.add(segment);
        return segment;
    }

    /** Inverts the bits at the start of every allocation; a second time restores them. */
    void invert() {
        for (MemorySegment segment : segments) {
            for (long at = 0; at < Math.min(segment.byteSize(), INVERTED); at++) {
                segment.set(ValueLayout.JAVA_BYTE, at, (byte) ~segment.get(ValueLayout.JAVA_BYTE, at));
            }
        }
    }

    /** Frees everything; a second time does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arena.close();
        }
    }
}
