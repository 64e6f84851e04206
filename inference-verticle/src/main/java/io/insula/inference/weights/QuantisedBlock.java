package io.insula.inference.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One stored block of a quantised type, taken apart: an element is {@code scale * quant}, plus the minimum where there is one.
 *
 * <p>Evaluated in float32 in that order, this is ggml's own result, bit for bit.
 *
 * <p><b>Thread:</b> one at a time; {@link #read} replaces the contents.
 *
 * <p><b>Source:</b> {@code block_*} of ggml-common.h and {@code dequantize_row_*} of ggml-quants.c.
 */
public final class QuantisedBlock {

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int LARGEST_BLOCK = 256;
    private static final int SMALLEST_GROUP = 16;
    /** The sixteen values of the non-linear four-bit type. */
    private static final int[] NON_LINEAR = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private final int[] quants = new int[LARGEST_BLOCK];
    private final float[] scales = new float[LARGEST_BLOCK / SMALLEST_GROUP];
    private final float[] minima = new float[LARGEST_BLOCK / SMALLEST_GROUP];

    /** The whole number of an element, counted from the start of the block. */
    public int quant(int element) {
        return quants[element];
    }

    /** The scale of a group, counted from the start of the block. */
    public float scale(int group) {
        return scales[group];
    }

    /** What a group's elements have added; 0 for a type without minima. */
    public float minimum(int group) {
        return minima[group];
    }

    /** Reads the block whose first byte lies {@code at}. */
    public void read(TensorType type, MemorySegment data, long at) {
        switch (type) {
            case Q4_0 -> halves(data, at, at + 2, -1, -8);
            case Q4_1 -> {
                halves(data, at, at + 4, -1, 0);
                minima[0] = half(data, at + 2);
            }
            case Q5_0 -> halves(data, at, at + 6, at + 2, -16);
            case Q5_1 -> {
                halves(data, at, at + 8, at + 4, 0);
                minima[0] = half(data, at + 2);
            }
            case Q8_0 -> {
                scales[0] = half(data, at);
                for (int i = 0; i < 32; i++) {
                    quants[i] = data.get(BYTE, at + 2 + i);
                }
            }
            case IQ4_NL -> {
                halves(data, at, at + 2, -1, 0);
                for (int i = 0; i < 32; i++) {
                    quants[i] = NON_LINEAR[quants[i]];
                }
            }
            case Q2_K -> q2k(data, at);
            case Q3_K -> q3k(data, at);
            case Q4_K -> q4k(data, at);
            case Q5_K -> q5k(data, at);
            case Q6_K -> q6k(data, at);
            default -> throw new IllegalStateException("type " + type + " has no blocks");
        }
    }

    /**
     * Thirty-two elements: the first half in low nibbles, the second in high ones.
     *
     * @param high where 32 fifth bits lie, or -1
     */
    private void halves(MemorySegment data, long scale, long nibbles, long high, int shift) {
        scales[0] = half(data, scale);
        int fifth = high < 0 ? 0 : data.get(INT, high);
        for (int i = 0; i < 16; i++) {
            int packed = u8(data, nibbles + i);
            quants[i] = (packed & 0xF) + (((fifth >>> i) & 1) << 4) + shift;
            quants[i + 16] = (packed >> 4) + (((fifth >>> (i + 16)) & 1) << 4) + shift;
        }
    }

    /** Scales and minima in nibbles, then quants, two bits each: four planes of 32 to a half block. */
    private void q2k(MemorySegment data, long at) {
        float scale = half(data, at + 80);
        float minimum = half(data, at + 82);
        for (int group = 0; group < 16; group++) {
            int packed = u8(data, at + group);
            scales[group] = scale * (packed & 0xF);
            minima[group] = -(minimum * (packed >> 4));
        }
        for (int i = 0; i < LARGEST_BLOCK; i++) {
            quants[i] = twoBits(data, at + 16, i);
        }
    }

    /** A third bit for every element, two bits, six-bit scales. */
    private void q3k(MemorySegment data, long at) {
        float scale = half(data, at + 108);
        for (int group = 0; group < 16; group++) {
            int low = bits(data, at + 96 + group % 8, group / 8 * 4, 4);
            int high = bits(data, at + 104 + group % 4, group / 4 * 2, 2);
            scales[group] = scale * (low + (high << 4) - 32);
        }
        for (int i = 0; i < LARGEST_BLOCK; i++) {
            int third = bits(data, at + i % 32, i / 32, 1);
            quants[i] = twoBits(data, at + 32, i) - (1 - third) * 4;
        }
    }

    private void q4k(MemorySegment data, long at) {
        sixBitScales(data, at);
        for (int i = 0; i < LARGEST_BLOCK; i++) {
            quants[i] = nibble(data, at + 16, i);
        }
    }

    private void q5k(MemorySegment data, long at) {
        sixBitScales(data, at);
        for (int i = 0; i < LARGEST_BLOCK; i++) {
            int fifth = bits(data, at + 16 + i % 32, i / 32, 1);
            quants[i] = nibble(data, at + 48, i) + (fifth << 4);
        }
    }

    /** Low nibbles, upper two bits, signed scales; a half block at a time. */
    private void q6k(MemorySegment data, long at) {
        float scale = half(data, at + 208);
        for (int group = 0; group < 16; group++) {
            scales[group] = scale * data.get(BYTE, at + 192 + group);
        }
        for (int i = 0; i < LARGEST_BLOCK; i++) {
            int part = i / 128;
            int within = i % 128;
            int low = bits(data, at + part * 64L + within % 64, within / 64 * 4, 4);
            int high = bits(data, at + 128 + part * 32L + within % 32, within / 32 * 2, 2);
            quants[i] = low + (high << 4) - 32;
        }
    }

    /** A scale and a minimum of the block, and of six bits each for its eight groups. */
    private void sixBitScales(MemorySegment data, long at) {
        float scale = half(data, at);
        float minimum = half(data, at + 2);
        for (int group = 0; group < 4; group++) {
            int s = u8(data, at + 4 + group);
            int m = u8(data, at + 8 + group);
            int rest = u8(data, at + 12 + group);
            scales[group] = scale * (s & 63);
            minima[group] = -(minimum * (m & 63));
            scales[group + 4] = scale * ((rest & 0xF) + (s >> 6 << 4));
            minima[group + 4] = -(minimum * ((rest >> 4) + (m >> 6 << 4)));
        }
    }

    /** Element {@code i} of planes of 32 in pairs of bits, four planes in 32 bytes. */
    private static int twoBits(MemorySegment data, long at, int i) {
        return bits(data, at + i / 128 * 32L + i % 32, i % 128 / 32 * 2, 2);
    }

    /** Element {@code i} of planes of 32 in nibbles, two planes in 32 bytes. */
    private static int nibble(MemorySegment data, long at, int i) {
        return bits(data, at + i / 64 * 32L + i % 32, i % 64 / 32 * 4, 4);
    }

    /** Some bits of a byte. */
    private static int bits(MemorySegment data, long at, int shift, int count) {
        return (u8(data, at) >> shift) & ((1 << count) - 1);
    }

    private static int u8(MemorySegment data, long at) {
        return data.get(BYTE, at) & 0xFF;
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }
}
