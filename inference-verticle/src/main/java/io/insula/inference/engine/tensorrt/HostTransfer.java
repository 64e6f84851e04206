package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaEvent;
import io.insula.djl.tensorrt.cuda.CudaStream;
import java.lang.foreign.MemorySegment;

/**
 * Moves keys and values between slots and the host: gathered on the device, sent in pieces through two page-locked ones, so
 * that the host copies one while the other is on its way.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class HostTransfer {

    private static final int PIECE = MemoryEstimate.PIECE;

    private final CudaStream stream;
    private final DeviceCache cache;
    private final EngineMemory memory;
    private final long tokenBytes;
    private final CudaEvent[] sent;

    HostTransfer(Cuda cuda, int device, CudaStream stream, DeviceCache cache, EngineMemory memory, Holdings holdings) {
        this.stream = stream;
        this.cache = cache;
        this.memory = memory;
        this.tokenBytes = memory.estimate().layout().tokenBytes();
        this.sent = new CudaEvent[] {event(cuda, device, holdings), event(cuda, device, holdings)};
    }

    private static CudaEvent event(Cuda cuda, int device, Holdings holdings) {
        CudaEvent event = cuda.newEvent(device);
        holdings.add(event::close);
        return event;
    }

    /** Copies the tokens {@code [from, to)} of a slot to the host. */
    HostKv save(int slot, int from, int to) {
        HostKv saved = new HostKv(from, to, (to - from) * tokenBytes, cache.spoilt(slot));
        boolean whole = false;
        try {
            int pieces = Math.ceilDiv(to - from, PIECE);
            for (int piece = 0; piece <= pieces; piece++) {
                if (piece < pieces) {
                    int tokens = tokens(to - from, piece);
                    cache.gather(slot, from + piece * PIECE, tokens, memory.staging());
                    stream.copyToHost(pinned(piece, tokens), memory.staging());
                    stream.record(sent[piece % 2]);
                }
                if (piece > 0) {
                    arrive(saved, piece - 1, tokens(to - from, piece - 1));
                }
            }
            whole = true;
            return saved;
        } finally {
            if (!whole) {
                saved.close();
            }
        }
    }

    private void arrive(HostKv saved, int piece, int tokens) {
        sent[piece % 2].await();
        part(saved, piece, tokens).copyFrom(pinned(piece, tokens));
    }

    /** Appends saved tokens to a slot. */
    void load(HostKv saved, int slot) {
        int count = saved.to() - saved.from();
        for (int piece = 0; piece < Math.ceilDiv(count, PIECE); piece++) {
            int tokens = tokens(count, piece);
            sent[piece % 2].await();
            pinned(piece, tokens).copyFrom(part(saved, piece, tokens));
            stream.copyToDevice(memory.staging(), pinned(piece, tokens));
            cache.scatter(slot, tokens, memory.staging());
            stream.record(sent[piece % 2]);
        }
        if (saved.spoilt()) {
            cache.spoil(slot);
        }
    }

    private MemorySegment pinned(int piece, int tokens) {
        return memory.piece(piece % 2).asSlice(0, tokens * tokenBytes);
    }

    private MemorySegment part(HostKv saved, int piece, int tokens) {
        return saved.memory().asSlice((long) piece * PIECE * tokenBytes, tokens * tokenBytes);
    }

    private static int tokens(int count, int piece) {
        return Math.min(PIECE, count - piece * PIECE);
    }
}
