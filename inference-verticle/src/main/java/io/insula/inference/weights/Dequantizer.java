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
 * <p><b>Source:</b> {@code dequantize_row_*} of ggml-quants.c, by way of {@link QuantisedBlock}.
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
        QuantisedBlock block = new QuantisedBlock();
        int size = type.blockSize();
        long index = fromElement / size;
        int from = (int) (fromElement % size);
        int done = 0;
        while (done < count) {
            int to = Math.min(size, from + count - done);
            block.read(type, data, index * type.blockBytes());
            for (int i = from; i < to; i++) {
                int group = i / type.groupSize();
                float value = block.quant(i) * block.scale(group);
                out[outFrom + done + i - from] = type.minima() ? value + block.minimum(group) : value;
            }
            done += to - from;
            from = 0;
            index++;
        }
    }
}
