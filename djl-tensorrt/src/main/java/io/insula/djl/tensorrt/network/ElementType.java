package io.insula.djl.tensorrt.network;

/**
 * What a tensor of a network consists of.
 *
 * <p><b>Units</b>: elements narrower than a byte are packed, the first in the low bits.
 */
public enum ElementType {
    FLOAT32(32),
    FLOAT16(16),
    BFLOAT16(16),
    /** E4M3. */
    FLOAT8(8),
    INT4(4),
    INT32(32),
    INT64(64),
    /** One byte, 0 or 1. */
    BOOLEAN(8);

    private final int bits;

    ElementType(int bits) {
        this.bits = bits;
    }

    /** Bits of one element. */
    public int bits() {
        return bits;
    }

    /** Bytes of so many elements side by side. */
    public long bytes(long elements) {
        return Math.ceilDiv(Math.multiplyExact(elements, bits), Byte.SIZE);
    }

    /** Whether arithmetic of fractions works on it: quantised types must be dequantised first. */
    public boolean floating() {
        return this == FLOAT32 || this == FLOAT16 || this == BFLOAT16;
    }

    /** Whether it counts. */
    public boolean integral() {
        return this == INT32 || this == INT64;
    }
}
