package io.insula.inference.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Turns stored tensor elements into float32, by the exact formulas of ggml.
 *
 * <p><b>Errors:</b> a range outside of the segment or the array is an {@link IndexOutOfBoundsException}.
 *
 * <p><b>Source:</b> {@code dequantize_row_*} of ggml-quants.c.
 */
public final class Dequantizer {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Dequantizer() {}

    /**
     * Decodes {@code count} elements, starting anywhere, into {@code out[outFrom ..]}.
     *
     * @param data whole blocks of {@code type}
     * @param fromElement index of the first element within {@code data}
     */
    public static void toFloat(
            TensorType type, MemorySegment data, long fromElement, float[] out, int outFrom, int count) {
        Objects.checkFromIndexSize(outFrom, count, out.length);
        Objects.checkFromIndexSize(fromElement, count, data.byteSize() / type.blockBytes() * type.blockSize());
        switch (type) {
            case F32 -> MemorySegment.copy(data, FLOAT, fromElement * 4, out, outFrom, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out[outFrom + i] = Float.float16ToFloat(data.get(SHORT, (fromElement + i) * 2));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out[outFrom + i] = Float.intBitsToFloat(data.get(SHORT, (fromElement + i) * 2) << 16);
                }
            }
            default -> blocks(type, data, fromElement, out, outFrom, count);
        }
    }

    private static void blocks(
            TensorType type, MemorySegment data, long fromElement, float[] out, int outFrom, int count) {
        int size = type.blockSize();
        long block = fromElement / size;
        int from = (int) (fromElement % size);
        int done = 0;
        while (done < count) {
            int to = Math.min(size, from + count - done);
            long at = block * type.blockBytes();
            int target = outFrom + done;
            switch (type) {
                case Q4_0 -> q40(data, at, from, to, out, target);
                case Q4_1 -> q41(data, at, from, to, out, target);
                case Q8_0 -> q80(data, at, from, to, out, target);
                default -> throw new IllegalStateException("type " + type + " has no decoder");
            }
            done += to - from;
            from = 0;
            block++;
        }
    }

    private static void q40(MemorySegment data, long at, int from, int to, float[] out, int target) {
        float scale = half(data, at);
        for (int j = from; j < to; j++) {
            out[target + j - from] = (nibble(data, at + 2, j) - 8) * scale;
        }
    }

    private static void q41(MemorySegment data, long at, int from, int to, float[] out, int target) {
        float scale = half(data, at);
        float minimum = half(data, at + 2);
        for (int j = from; j < to; j++) {
            out[target + j - from] = nibble(data, at + 4, j) * scale + minimum;
        }
    }

    private static void q80(MemorySegment data, long at, int from, int to, float[] out, int target) {
        float scale = half(data, at);
        for (int j = from; j < to; j++) {
            out[target + j - from] = data.get(ValueLayout.JAVA_BYTE, at + 2 + j) * scale;
        }
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }

    /** The first half of a block lies in the low nibbles of its 16 bytes, the second half in the high ones. */
    private static int nibble(MemorySegment data, long at, int element) {
        int packed = data.get(ValueLayout.JAVA_BYTE, at + (element & 15));
        return element < 16 ? packed & 0xF : (packed >> 4) & 0xF;
    }
}
