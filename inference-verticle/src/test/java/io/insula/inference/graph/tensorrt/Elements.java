package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Elements of tensors, one by one: how they lie in memory, and what they are rounded to. */
final class Elements {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Elements() {}

    static double get(ElementType type, MemorySegment data, long index) {
        return switch (type) {
            case FLOAT32 -> data.get(FLOAT, index * Float.BYTES);
            case FLOAT16 -> Float.float16ToFloat(data.get(SHORT, index * Short.BYTES));
            case BFLOAT16 -> Float.intBitsToFloat(data.get(SHORT, index * Short.BYTES) << Short.SIZE);
            case FLOAT8 -> fromFloat8(data.get(BYTE, index));
            case INT4 -> (data.get(BYTE, index / 2) << (index % 2 == 0 ? 28 : 24)) >> 28;
            case INT32 -> data.get(INT, index * Integer.BYTES);
            case INT64 -> data.get(LONG, index * Long.BYTES);
            case BOOLEAN -> data.get(BYTE, index);
        };
    }

    static void set(ElementType type, MemorySegment data, long index, double value) {
        switch (type) {
            case FLOAT32 -> data.set(FLOAT, index * Float.BYTES, (float) value);
            case FLOAT16 -> data.set(SHORT, index * Short.BYTES, Float.floatToFloat16((float) value));
            case BFLOAT16 ->
                data.set(SHORT, index * Short.BYTES, (short)
                        (Float.floatToRawIntBits((float) rounded(type, value)) >>> 16));
            case INT32 -> data.set(INT, index * Integer.BYTES, (int) value);
            case INT64 -> data.set(LONG, index * Long.BYTES, (long) value);
            case BOOLEAN -> data.set(BYTE, index, (byte) value);
            default -> throw new IllegalArgumentException("elements of type " + type + " are constants only");
        }
    }

    /** The nearest value that the type has; ties to even. */
    static double rounded(ElementType type, double value) {
        return switch (type) {
            case FLOAT32 -> (float) value;
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case BFLOAT16 -> {
                float wide = (float) value;
                // By arithmetic, not by bits as the writer does it: eight bits of mantissa are left.
                if (wide == 0 || !Float.isFinite(wide)) {
                    yield wide;
                }
                double unit = Math.scalb(1.0, Math.max(Math.getExponent(wide), Float.MIN_EXPONENT) - 7);
                yield (float) (Math.rint(wide / unit) * unit);
            }
            default -> value;
        };
    }

    /** E4M3: no infinities, the largest exponent is ordinary, its last mantissa is not a number. */
    private static double fromFloat8(byte bits) {
        int exponent = (bits >> 3) & 15;
        int mantissa = bits & 7;
        double sign = bits < 0 ? -1 : 1;
        if (exponent == 15 && mantissa == 7) {
            return Double.NaN;
        }
        return exponent == 0
                ? sign * mantissa * Math.scalb(1.0, -9)
                : sign * (8 + mantissa) * Math.scalb(1.0, exponent - 10);
    }
}
