package io.insula.djl.tensorrt.memory;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaEvent;
import io.insula.djl.tensorrt.cuda.PinnedMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes between any host memory and a device through a few page-locked chunks, so that copies run beside the host.
 *
 * <p><b>Units</b>: bytes; transfers may exceed 2 GiB.
 *
 * <p>One thread copies within the host more slowly than a device reads from it, so a large transfer is cut into ranges, and a
 * few threads take one each.
 *
 * <p><b>Thread</b>: any; a transfer waits when all chunks are on the way. Chunks are taken as they are first needed and kept.
 */
public final class Staging {

    private static final long TURN_MILLIS = 50;

    private final Cuda cuda;
    private final int device;
    private final long chunkBytes;
    private final int mostChunks;
    private final BlockingQueue<Chunk> idle;
    private final AtomicInteger made = new AtomicInteger();
    private final Copiers copiers;

    Staging(Cuda cuda, int device, long chunkBytes, int chunks) {
        this(cuda, device, chunkBytes, chunks, Copiers.fitting(chunks));
    }

    Staging(Cuda cuda, int device, long chunkBytes, int chunks, Copiers copiers) {
        this.cuda = cuda;
        this.device = device;
        this.chunkBytes = chunkBytes;
        this.mostChunks = chunks;
        this.idle = new ArrayBlockingQueue<>(chunks);
        this.copiers = copiers;
    }

    /** Host to device; the source may be reused as soon as this returns, while the copy itself is only enqueued. */
    public void upload(DeviceStream stream, long target, MemorySegment source) {
        if (stream.heldByCaller()) {
            uploadRange(stream, target, source); // Other threads would wait for the stream, and this one for them.
        } else {
            copiers.share(source, chunkBytes, (part, at) -> uploadRange(stream, target + at, part));
        }
    }

    private void uploadRange(DeviceStream stream, long target, MemorySegment source) {
        for (long done = 0; done < source.byteSize(); ) {
            long size = Math.min(chunkBytes, source.byteSize() - done);
            Chunk chunk = take();
            try {
                MemorySegment part = chunk.part(size);
                part.copyFrom(source.asSlice(done, size));
                long to = target + done;
                stream.submit(queue -> {
                    queue.copyToDevice(to, part);
                    queue.record(chunk.sent());
                });
            } finally {
                idle.add(chunk);
            }
            done += size;
        }
    }

    /** Device to host; returns once the target holds the bytes, which includes all work enqueued before. */
    public void download(DeviceStream stream, MemorySegment target, long source) {
        if (stream.heldByCaller()) {
            downloadRange(stream, target, source);
        } else {
            copiers.share(target, chunkBytes, (part, at) -> downloadRange(stream, part, source + at));
        }
    }

    private void downloadRange(DeviceStream stream, MemorySegment target, long source) {
        Deque<Piece> onTheWay = new ArrayDeque<>();
        try {
            long asked = 0;
            while (asked < target.byteSize() || !onTheWay.isEmpty()) {
                // Waiting for a chunk while holding some could make two transfers wait for each other.
                Chunk chunk = asked == target.byteSize() ? null : onTheWay.isEmpty() ? take() : poll();
                if (chunk == null) {
                    onTheWay.element().arrive(target);
                    idle.add(onTheWay.remove().chunk());
                    continue;
                }
                long size = Math.min(chunkBytes, target.byteSize() - asked);
                onTheWay.add(new Piece(chunk, asked, size));
                MemorySegment part = chunk.part(size);
                long from = source + asked;
                stream.submit(queue -> {
                    queue.copyToHost(part, from);
                    queue.record(chunk.sent());
                });
                asked += size;
            }
        } finally {
            onTheWay.forEach(piece -> idle.add(piece.chunk()));
        }
    }

    private Chunk take() {
        boolean interrupted = false;
        try {
            while (true) {
                Chunk chunk = poll();
                if (chunk != null) {
                    return chunk;
                }
                try {
                    // Not for ever: whoever was to make the last chunk may have failed, and then it is this one's turn.
                    Chunk waited = idle.poll(TURN_MILLIS, TimeUnit.MILLISECONDS);
                    if (waited != null) {
                        return ready(waited);
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A chunk without waiting for other transfers; waits for the chunk's own last copy. */
    private @Nullable Chunk poll() {
        Chunk chunk = idle.poll();
        if (chunk != null) {
            return ready(chunk);
        }
        if (made.getAndUpdate(count -> Math.min(count + 1, mostChunks)) < mostChunks) {
            try {
                return make();
            } catch (RuntimeException failure) {
                made.decrementAndGet();
                throw failure;
            }
        }
        return null;
    }

    private Chunk make() {
        cuda.use(device);
        PinnedMemory memory = cuda.allocatePinned(chunkBytes);
        try {
            return new Chunk(memory, cuda.newEvent(device));
        } catch (RuntimeException failure) {
            memory.close();
            throw failure;
        }
    }

    /** Waits for the chunk's last copy. A fault of the device shows here, and must not cost the others the chunk. */
    private Chunk ready(Chunk chunk) {
        boolean arrived = false;
        try {
            chunk.sent().await();
            arrived = true;
            return chunk;
        } finally {
            if (!arrived) {
                idle.add(chunk);
            }
        }
    }

    /** Page-locked memory and the event of its last copy. */
    private record Chunk(PinnedMemory memory, CudaEvent sent) {

        MemorySegment part(long size) {
            return memory.segment().asSlice(0, size);
        }
    }

    /** A chunk that is being filled for one range of the target. */
    private record Piece(Chunk chunk, long offset, long size) {

        void arrive(MemorySegment target) {
            chunk.sent().await();
            target.asSlice(offset, size).copyFrom(chunk.part(size));
        }
    }
}
