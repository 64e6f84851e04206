package io.insula.djl.tensorrt.cuda;

import java.lang.foreign.MemorySegment;

/** Page-locked host memory that lives until it is closed. Closing twice is harmless. */
public interface PinnedMemory extends AutoCloseable {

    /** The memory; touching it after {@link #close} throws. */
    MemorySegment segment();

    @Override
    void close();
}
