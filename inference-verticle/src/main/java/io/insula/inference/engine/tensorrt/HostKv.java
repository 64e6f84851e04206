package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.NativeKv;

/**
 * A part of a {@link DeviceCache}'s slot in memory of the host.
 *
 * <p><b>Shape:</b> pieces of {@link MemoryEstimate#PIECE} tokens, the last one shorter, each {@code [blocks, kvHeads, tokens,
 * headSize]}.
 */
final class HostKv extends NativeKv {

    private final boolean spoilt;

    /**
     * @param spoilt whether the slot held numbers that are none
     */
    HostKv(int from, int to, long bytes, boolean spoilt) {
        super(from, to, bytes);
        this.spoilt = spoilt;
    }

    boolean spoilt() {
        return spoilt;
    }
}
