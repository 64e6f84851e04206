package io.insula.inference.graph.onnx;

import io.insula.inference.weights.GgufTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lays stacked weights of one type out as ONNX Runtime's kernels read them.
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

    private final List<GgufTensor> weights;
    private final TensorType type;
    private final int columns;
    private final int rows;
    private final Arena arena;

    WeightPacker(List<GgufTensor> weights, Arena arena) {
        this.weights = weights;
        this.type = weights.getFirst().type();
        this.columns = Math.toIntExact(weights.getFirst().columns());
        this.rows = Math.toIntExact(weights.stream().mapToLong(GgufTensor::rows).sum());
        this.arena = arena;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** {@code [rows, columns]} float32. */
    MemorySegment floats() {
        if (type == TensorType.F32 && weights.size() == 1 && aligned(weights.getFirst())) {
            return weights.getFirst().data();
        }
        MemorySegment packed = arena.allocate((long) rows * columns * Float.BYTES, Long.BYTES);
        forEachRow((weight, row, target) -> {
            float[] values = new float[columns];
            weight.toFloat((long) row * columns, values);
            put(packed, target, values);
        });
        return packed;
    }

    /** {@code [rows, columns / 32, bytes of a block]} uint8: unsigned quants in natural order, low nibble first. */
    MemorySegment quants() {
        int quantBytes = type == TensorType.Q8_0 ? BLOCK : BLOCK / 2;
        int blocks = columns / BLOCK;
        MemorySegment packed = arena.allocate((long) rows * blocks * quantBytes, Long.BYTES);
        forEachRow((weight, row, target) -> {
            byte[] stored = stored(weight, row);
            byte[] quants = new byte[blocks * quantBytes];
            for (int block = 0; block < blocks; block++) {
                int from = (block + 1) * type.blockBytes() - quantBytes;
                if (type == TensorType.Q8_0) {
                    toUnsigned(stored, from, quants, block * quantBytes);
                } else {
                    toNeighbours(stored, from, quants, block * quantBytes);
                }
            }
            MemorySegment.copy(quants, 0, packed, ValueLayout.JAVA_BYTE, (long) target * quants.length, quants.length);
        });
        return packed;
    }

    /** {@code [rows, columns / 32]} float32: each block's scale. */
    MemorySegment scales() {
        return perBlock((stored, at) -> half(stored, at));
    }

    /**
     * {@code [rows, columns / 32]} float32: what a Q4_1 block adds to each of its weights beyond {@code scale * (quant - 8)}.
     */
    MemorySegment offsets() {
        return perBlock((stored, at) -> half(stored, at + 2) + 8 * half(stored, at));
    }

    /** A float of one block that starts at {@code at}. */
    private interface BlockValue {
        float of(byte[] stored, int at);
    }

    /** One row of one weight, and its place in the stack. */
    private interface RowTask {
        void run(GgufTensor weight, int row, int target);
    }

    private MemorySegment perBlock(BlockValue value) {
        int blocks = columns / BLOCK;
        MemorySegment packed = arena.allocate((long) rows * blocks * Float.BYTES, Long.BYTES);
        forEachRow((weight, row, target) -> {
            byte[] stored = stored(weight, row);
            float[] values = new float[blocks];
            for (int block = 0; block < blocks; block++) {
                values[block] = value.of(stored, block * type.blockBytes());
            }
            put(packed, target, values);
        });
        return packed;
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

    private byte[] stored(GgufTensor weight, int row) {
        int bytes = Math.toIntExact(type.bytes(columns));
        return weight.data().asSlice((long) row * bytes, bytes).toArray(ValueLayout.JAVA_BYTE);
    }

    private static void put(MemorySegment packed, int row, float[] values) {
        MemorySegment.copy(values, 0, packed, FLOAT, (long) row * values.length * Float.BYTES, values.length);
    }

    private static void toUnsigned(byte[] signed, int from, byte[] out, int at) {
        for (int i = 0; i < BLOCK; i++) {
            out[at + i] = (byte) (signed[from + i] ^ 0x80);
        }
    }

    /** ggml keeps elements i and i + 16 in one byte, ONNX Runtime elements 2i and 2i + 1. */
    private static void toNeighbours(byte[] halves, int from, byte[] out, int at) {
        for (int i = 0; i < BLOCK / 4; i++) {
            int a = halves[from + 2 * i];
            int b = halves[from + 2 * i + 1];
            out[at + i] = (byte) ((a & 0xF) | ((b & 0xF) << 4));
            out[at + BLOCK / 4 + i] = (byte) (((a >> 4) & 0xF) | (b & 0xF0));
        }
    }

    private static float half(byte[] bytes, int at) {
        return Float.float16ToFloat((short) ((bytes[at] & 0xFF) | (bytes[at + 1] << 8)));
    }

    private static boolean aligned(GgufTensor weight) {
        return weight.data().isNative()
                && weight.data().address() % Float.BYTES == 0
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }
}
