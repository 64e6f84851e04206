package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Narrower forms of float32, to the nearest, ties to even. */
final class Floats {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    /** The largest number of E4M3. */
    static final float MOST_FLOAT8 = 448;

    private static final int FLOAT8_MANTISSA = 3;
    private static final int LEAST_FLOAT8_EXPONENT = -6;

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

    /** What a value becomes in a type. */
    static float rounded(float value, ElementType type) {
        return switch (type) {
            case FLOAT32 -> value;
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(value));
            case BFLOAT16 -> Float.intBitsToFloat(bfloat16(value) << Short.SIZE);
            default -> throw new IllegalArgumentException("type: " + type + " (expected: a floating type)");
        };
    }

    /** E4M3; what is beyond its range becomes its end. */
    static byte float8(float value) {
        int sign = value < 0 ? 0x80 : 0;
        float size = Math.min(Math.abs(value), MOST_FLOAT8);
        int exponent = Math.max(Math.getExponent(size), LEAST_FLOAT8_EXPONENT);
        // Eight to fifteen, sixteen where it was rounded up to the next exponent, less than eight for the smallest.
        int mantissa = (int) Math.rint(Math.scalb(size, FLOAT8_MANTISSA - exponent));
        int bits = ((exponent - LEAST_FLOAT8_EXPONENT) << FLOAT8_MANTISSA) + mantissa;
        return (byte) (sign | bits);
    }
}
