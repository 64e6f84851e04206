package io.insula.inference.graph.onnx;

import io.insula.inference.weights.GgufTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lays stacked weights of one type out as ONNX Runtime's kernels read them.
 *
 * <p>Blocks go from the mapped file to their place eight bytes at a time, without an array between: a model is packed at every
 * start, and the garbage would stay with the process as a larger heap.
 *
 * <p><b>Shape:</b> {@code rows} of all weights one after another, {@code columns} inputs each.
 *
 * <p><b>Thread:</b> rows are packed in parallel on the common pool.
 *
 * <p><b>Source:</b> {@code MatMulNBits} of ONNX Runtime's contrib operators.
 */
final class WeightPacker {

    private static final int BLOCK = 32;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Turns signed bytes into unsigned ones that are larger by 128. */
    private static final long SIGNS = 0x8080808080808080L;

    private static final long LOW_NIBBLES = 0x0F0F0F0F0F0F0F0FL;

    private final List<GgufTensor> weights;
    private final TensorType type;
    private final int columns;
    private final int rows;

    WeightPacker(List<GgufTensor> weights) {
        this.weights = weights;
        this.type = weights.getFirst().type();
        this.columns = Math.toIntExact(weights.getFirst().columns());
        this.rows = Math.toIntExact(weights.stream().mapToLong(GgufTensor::rows).sum());
    }

    /**
     * Quantised weights in the runtime's layout.
     *
     * @param quants {@code [rows, columns / 32, bytes of a block]} uint8: unsigned, in natural order, low nibble first
     * @param scales {@code [rows, columns / 32]} float32
     * @param offsets {@code [rows, columns / 32]} float32: what a Q4_1 block adds to each of its weights beyond
     *     {@code scale * (quant - 8)}; empty for other types
     */
    record Blocks(MemorySegment quants, MemorySegment scales, MemorySegment offsets) {}

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** {@code [rows, columns]} float32. */
    MemorySegment floats(SegmentAllocator memory) {
        if (type == TensorType.F32 && weights.size() == 1 && aligned(weights.getFirst())) {
            return weights.getFirst().data();
        }
        MemorySegment packed = memory.allocate((long) rows * columns * Float.BYTES, Long.BYTES);
        forEachRow((weight, row, target) -> {
            float[] values = new float[columns];
            weight.toFloat((long) row * columns, values);
            MemorySegment.copy(values, 0, packed, FLOAT, (long) target * columns * Float.BYTES, values.length);
        });
        return packed;
    }

    /**
     * Splits quantised weights into quants, scales and offsets.
     *
     * @param lasting memory for the scales
     * @param passing memory for quants and offsets
     */
    Blocks blocks(SegmentAllocator lasting, SegmentAllocator passing) {
        int rowBlocks = columns / BLOCK;
        int quantBytes = type == TensorType.Q8_0 ? BLOCK : BLOCK / 2;
        long blocks = (long) rows * rowBlocks;
        Blocks packed = new Blocks(
                passing.allocate(blocks * quantBytes, Long.BYTES),
                lasting.allocate(blocks * Float.BYTES, Long.BYTES),
                passing.allocate(type == TensorType.Q4_1 ? blocks * Float.BYTES : 0, Long.BYTES));
        forEachRow((weight, row, target) -> {
            MemorySegment stored = weight.data();
            long from = (long) row * rowBlocks * type.blockBytes();
            long to = (long) target * rowBlocks;
            for (int block = 0; block < rowBlocks; block++) {
                pack(stored, from, packed, to);
                from += type.blockBytes();
                to++;
            }
        });
        return packed;
    }

    private void pack(MemorySegment stored, long from, Blocks packed, long block) {
        float scale = half(stored, from);
        packed.scales.set(FLOAT, block * Float.BYTES, scale);
        switch (type) {
            case Q8_0 -> toUnsigned(stored, from + 2, packed.quants, block * BLOCK);
            case Q4_0 -> toNeighbours(stored, from + 2, packed.quants, block * (BLOCK / 2));
            case Q4_1 -> {
                toNeighbours(stored, from + 4, packed.quants, block * (BLOCK / 2));
                packed.offsets.set(FLOAT, block * Float.BYTES, half(stored, from + 2) + 8 * scale);
            }
            default -> throw new IllegalStateException(type + " has no blocks that the runtime knows");
        }
    }

    /** One row of one weight, and its place in the stack. */
    private interface RowTask {
        void run(GgufTensor weight, int row, int target);
    }

    private void forEachRow(RowTask task) {
        int base = 0;
        for (GgufTensor weight : weights) {
            int first = base;
            int count = Math.toIntExact(weight.rows());
            IntStream.range(0, count).parallel().forEach(row -> task.run(weight, row, first + row));
            base += count;
        }
    }

    private static void toUnsigned(MemorySegment signed, long from, MemorySegment quants, long to) {
        for (int i = 0; i < BLOCK; i += Long.BYTES) {
            quants.set(LONG, to + i, signed.get(LONG, from + i) ^ SIGNS);
        }
    }

    /** ggml keeps elements i and i + 16 in one byte, ONNX Runtime elements 2i and 2i + 1. */
    private static void toNeighbours(MemorySegment halves, long from, MemorySegment quants, long to) {
        for (int i = 0; i < BLOCK / 2; i += Long.BYTES) {
            long eight = halves.get(LONG, from + i);
            quants.set(INT, to + i / 2, pairs(eight & LOW_NIBBLES));
            quants.set(INT, to + BLOCK / 4 + i / 2, pairs(eight >>> 4 & LOW_NIBBLES));
        }
    }

    /** Makes four bytes of eight nibbles that have a byte each. */
    private static int pairs(long nibbles) {
        long two = (nibbles | nibbles >>> 4) & 0x00FF00FF00FF00FFL;
        long four = (two | two >>> 8) & 0x0000FFFF0000FFFFL;
        return (int) (four | four >>> 16);
    }

    private static float half(MemorySegment stored, long at) {
        return Float.float16ToFloat(stored.get(SHORT, at));
    }

    private static boolean aligned(GgufTensor weight) {
        return weight.data().isNative()
                && weight.data().address() % Float.BYTES == 0
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }
}
