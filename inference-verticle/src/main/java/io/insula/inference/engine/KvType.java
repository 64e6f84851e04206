package io.insula.inference.engine;

/** How keys and values are kept. */
public enum KvType {
    /** As they are computed. */
    FLOAT32(Float.BYTES),
    /** As whole numbers of eight bits times a scale of their channel: a quarter of the memory, and a small loss. */
    INT8(1);

    private final int bytes;

    KvType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of an element. */
    public int bytes() {
        return bytes;
    }
}
