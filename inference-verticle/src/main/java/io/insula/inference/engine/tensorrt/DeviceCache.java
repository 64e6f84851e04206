package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.cuda.RowBlocks;
import java.util.Arrays;

/**
 * The keys and values of all slots on the device, laid out for the shortest length that holds the longest of them.
 *
 * <p>What lies behind a slot's tokens is rubbish that attention masks; but rubbish times nothing must be nothing, so that it is
 * never allowed to be infinite or no number. Memory starts as zeros, and a slot whose sequence went out of range
 * ({@link #spoil}) is filled with zeros again when it is left.
 *
 * <p><b>Thread:</b> the device thread; all work is enqueued on one stream.
 */
final class DeviceCache {

    /** Steps in which a shorter length would have done before the cache is laid out for it. */
    static final int PATIENCE = 64;

    private final CudaStream stream;
    private final CacheLayout layout;
    private final long base;
    private final long scratch;
    private final long scratchBytes;
    private final int[] lengths;
    private final boolean[] spoilt;
    private int stride;
    private int roomySteps;

    /**
     * @param base {@link CacheLayout#bytes} of the longest length
     * @param scratchBytes at least one head of the longest length
     */
    DeviceCache(CudaStream stream, CacheLayout layout, long base, long scratch, long scratchBytes) {
        this.stream = stream;
        this.layout = layout;
        this.base = base;
        this.scratch = scratch;
        this.scratchBytes = scratchBytes;
        this.lengths = new int[layout.slots()];
        this.spoilt = new boolean[layout.slots()];
        this.stride = layout.buckets().least();
        stream.fill(base, 0, layout.bytes(layout.buckets().most()));
    }

    /** The length that it is laid out for. */
    int stride() {
        return stride;
    }

    int length(int slot) {
        return lengths[slot];
    }

    private int longest() {
        return Arrays.stream(lengths).max().orElse(0);
    }

    /** The address of a block from a slot on. */
    long view(int block, int slot) {
        return base + layout.offset(block, slot, stride);
    }

    /** Makes room for a sequence of that length in any slot. */
    void reserve(int length) {
        int needed = layout.buckets().holding(length);
        if (longest() == 0) {
            layOut(needed);
        } else if (needed > stride) {
            layOut(needed);
            roomySteps = 0;
        }
    }

    /** Counts a step; when shorter sequences have been all there is for long enough, the cache is laid out for them. */
    void relax() {
        int needed = layout.buckets().holding(longest());
        roomySteps = needed < stride ? roomySteps + 1 : 0;
        if (roomySteps >= PATIENCE) {
            layOut(needed);
            roomySteps = 0;
        }
    }

    private void layOut(int next) {
        long width = (long) longest() * layout.rowBytes();
        long rows = (long) layout.blocks() * layout.slots() * layout.kvHeads();
        if (width > 0 && rows > 0) {
            new StrideChange(stream, base, rows, width, scratch, scratchBytes)
                    .run((long) stride * layout.rowBytes(), (long) next * layout.rowBytes());
        }
        int before = stride;
        stride = next;
        if (width > 0 && anySpoilt()) {
            if (next < before) {
                // What is beyond the shorter layout now is rubbish of the next longer one.
                stream.fill(base + layout.bytes(next), 0, layout.bytes(before) - layout.bytes(next));
            }
            for (int slot = 0; slot < layout.slots(); slot++) {
                zeroBehind(slot);
            }
        }
    }

    /** Appends a step's new keys and values to a slot. */
    void append(int slot, RowBlocks rows, int tokens) {
        copyRows(layout.heads(base, slot, lengths[slot], stride), rows, tokens);
        lengths[slot] += tokens;
    }

    /** Counts tokens that the step itself has appended. */
    void appended(int slot, int tokens) {
        lengths[slot] += tokens;
    }

    void clear(int slot) {
        if (spoilt[slot]) {
            spoilt[slot] = false;
            for (int block = 0; block < layout.blocks(); block++) {
                stream.fill(view(block, slot), 0, layout.slotBytes(stride));
            }
        }
        lengths[slot] = 0;
    }

    void copy(int source, int target) {
        clear(target);
        copyRows(layout.heads(base, target, 0, stride), layout.heads(base, source, 0, stride), lengths[source]);
        lengths[target] = lengths[source];
        spoilt[target] = spoilt[source];
    }

    /** Copies a run of a slot's tokens to other device memory, without gaps. */
    void gather(int slot, int from, int tokens, long target) {
        copyRows(layout.piece(target, tokens), layout.heads(base, slot, from, stride), tokens);
    }

    /** Appends tokens that lie in other device memory without gaps. */
    void scatter(int slot, int tokens, long source) {
        append(slot, layout.piece(source, tokens), tokens);
    }

    private void copyRows(RowBlocks target, RowBlocks source, int tokens) {
        if (tokens > 0 && layout.blocks() > 0) {
            stream.copyBlocks(target, source, (long) tokens * layout.rowBytes(), layout.kvHeads(), layout.blocks());
        }
    }

    boolean spoilt(int slot) {
        return spoilt[slot];
    }

    /** Notes that a slot holds numbers that are none. */
    void spoil(int slot) {
        spoilt[slot] = true;
    }

    private boolean anySpoilt() {
        for (boolean one : spoilt) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    private void zeroBehind(int slot) {
        long held = (long) lengths[slot] * layout.rowBytes();
        long pitch = (long) stride * layout.rowBytes();
        for (int block = 0; block < layout.blocks(); block++) {
            for (int head = 0; head < layout.kvHeads() && held < pitch; head++) {
                stream.fill(view(block, slot) + head * pitch + held, 0, pitch - held);
            }
        }
    }
}
