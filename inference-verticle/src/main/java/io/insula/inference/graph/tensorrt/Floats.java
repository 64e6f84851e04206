package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Narrower forms of float32, to the nearest, ties to even. */
final class Floats {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private Floats() {}

    /** Writes elements from that place on. */
    static void write(float[] values, ElementType type, MemorySegment target, long from) {
        switch (type) {
            case FLOAT32 -> MemorySegment.copy(values, 0, target, FLOAT, from * Float.BYTES, values.length);
            case FLOAT16 -> {
                for (int i = 0; i < values.length; i++) {
                    target.set(SHORT, (from + i) * Short.BYTES, Float.floatToFloat16(values[i]));
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < values.length; i++) {
                    target.set(SHORT, (from + i) * Short.BYTES, bfloat16(values[i]));
                }
            }
            default -> throw new IllegalArgumentException("type: " + type + " (expected: a floating type)");
        }
    }

    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> Short.SIZE) | 0x40); // Rounding could make an infinity of it.
        }
        int odd = (bits >>> Short.SIZE) & 1;
        return (short) ((bits + 0x7FFF + odd) >>> Short.SIZE);
    }
}
