package io.insula.djl.tensorrt.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.bytedeco.cuda.global.cudart;

/** Page-locked memory of {@code cudaHostAlloc}. Its segment dies first, so that no late access reads freed memory. */
final class BytedecoPinnedMemory implements PinnedMemory {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final long address;
    private boolean closed;

    @SuppressWarnings("restricted")
    BytedecoPinnedMemory(long address, long sizeBytes) {
        this.address = address;
        this.segment = MemorySegment.ofAddress(address).reinterpret(sizeBytes, arena, null);
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        arena.close();
        CudaCalls.check(cudart.cudaFreeHost(new NativeAddress(address)), "freeing page-locked host memory");
    }
}
