package io.insula.inference.graph.onnx;

import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.QuantisedBlock;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lays stacked weights of one type out as ONNX Runtime's kernels read them.
 *
 * <p>Common blocks go from the mapped file to their place eight bytes at a time, without an array between, and rows share what
 * others need: a model is packed at every start, and the garbage would stay with the process as a larger heap.
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
    private static final ValueLayout.OfFloat LITTLE_FLOAT = FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Turns signed bytes into unsigned ones that are larger by 128. */
    private static final long SIGNS = 0x8080808080808080L;

    private static final long LOW_NIBBLES = 0x0F0F0F0F0F0F0F0FL;
    /** Rows that one thread packs before it takes others. */
    private static final int SHARED_ROWS = 64;

    private final List<ModelTensor> weights;
    private final TensorType type;
    private final int columns;
    private final int firstRow;
    private final int rows;

    WeightPacker(List<ModelTensor> weights) {
        this(
                weights,
                0,
                Math.toIntExact(weights.stream().mapToLong(ModelTensor::rows).sum()));
    }

    private WeightPacker(List<ModelTensor> weights, int firstRow, int rows) {
        this.weights = weights;
        this.type = weights.getFirst().type();
        this.columns = Math.toIntExact(weights.getFirst().columns());
        this.firstRow = firstRow;
        this.rows = rows;
    }

    /** Packers of neighbouring rows, none of whose results has more than that many bytes. */
    List<WeightPacker> parts(long mostBytes) {
        long rowBytes = type.quantised()
                ? (long) columns
                        / type.groupSize()
                        * Math.max(KernelBlocks.of(type).bytes(), Float.BYTES)
                : (long) columns * Float.BYTES;
        int most = Math.toIntExact(Math.min(rows, Math.max(1, mostBytes / rowBytes)));
        List<WeightPacker> parts = new ArrayList<>();
        for (int from = 0; from < rows; from += most) {
            parts.add(new WeightPacker(weights, firstRow + from, Math.min(most, rows - from)));
        }
        return parts;
    }

    /**
     * Quantised weights in the runtime's layout.
     *
     * @param quants {@code [rows, columns / block, bytes of a block]} uint8: unsigned, in natural order, low nibble first
     * @param scales {@code [rows, columns / block]} float32
     * @param offsets {@code [rows, columns / block]} float32: what a block adds to each of its weights beyond the kernel's
     *     {@code scale * (quant - zero)}; empty for types without minima
     */
    record Blocks(MemorySegment quants, MemorySegment scales, MemorySegment offsets) {}

    /** The row of the stack that is this packer's first. */
    int firstRow() {
        return firstRow;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    TensorType type() {
        return type;
    }

    /**
     * {@code [rows, columns]} float32: the mapped file itself where it holds that.
     *
     * @param memory for the copy where there must be one
     */
    MemorySegment floats(SegmentAllocator memory) {
        if (type == TensorType.F32 && weights.size() == 1 && aligned(weights.getFirst())) {
            long rowBytes = (long) columns * Float.BYTES;
            return weights.getFirst().data().asSlice(firstRow * rowBytes, rows * rowBytes);
        }
        MemorySegment packed = memory.allocate((long) rows * columns * Float.BYTES, Long.BYTES);
        forEachRow((weight, row, target, scratch) ->
                floats(weight, (long) row * columns, packed, (long) target * columns));
        weights.forEach(ModelTensor::release);
        return packed;
    }

    /** One row, without an array between where the type allows it. */
    private void floats(ModelTensor weight, long from, MemorySegment packed, long to) {
        MemorySegment stored = weight.data();
        switch (type) {
            case F16 -> {
                for (int i = 0; i < columns; i++) {
                    packed.set(FLOAT, (to + i) * Float.BYTES, half(stored, (from + i) * Short.BYTES));
                }
            }
            case BF16 -> {
                for (int i = 0; i < columns; i++) {
                    int bits = stored.get(SHORT, (from + i) * Short.BYTES) << Short.SIZE;
                    packed.set(FLOAT, (to + i) * Float.BYTES, Float.intBitsToFloat(bits));
                }
            }
            case F32 -> {
                for (int i = 0; i < columns; i++) {
                    packed.set(FLOAT, (to + i) * Float.BYTES, stored.get(LITTLE_FLOAT, (from + i) * Float.BYTES));
                }
            }
            default -> {
                float[] values = new float[columns];
                weight.toFloat(from, values);
                MemorySegment.copy(values, 0, packed, FLOAT, to * Float.BYTES, values.length);
            }
        }
    }

    /**
     * Splits quantised weights into quants, scales and offsets.
     *
     * @param forScales memory for the scales
     * @param passing memory for quants and offsets
     */
    Blocks blocks(SegmentAllocator forScales, SegmentAllocator passing) {
        KernelBlocks form = KernelBlocks.of(type);
        int rowBlocks = columns / form.size();
        int rowStored = columns / type.blockSize();
        int groups = type.blockSize() / form.size();
        long blocks = (long) rows * rowBlocks;
        Blocks packed = new Blocks(
                passing.allocate(blocks * form.bytes(), Long.BYTES),
                forScales.allocate(blocks * Float.BYTES, Long.BYTES),
                passing.allocate(form.offsets() ? blocks * Float.BYTES : 0, Long.BYTES));
        forEachRow((weight, row, target, scratch) -> {
            MemorySegment stored = weight.data();
            long from = (long) row * rowStored * type.blockBytes();
            long to = (long) target * rowBlocks;
            for (int block = 0; block < rowStored; block++) {
                pack(stored, from, packed, to, form, scratch);
                from += type.blockBytes();
                to += groups;
            }
        });
        weights.forEach(ModelTensor::release);
        return packed;
    }

    private void pack(
            MemorySegment stored, long from, Blocks packed, long block, KernelBlocks form, QuantisedBlock scratch) {
        switch (type) {
            case Q8_0 -> {
                packed.scales.set(FLOAT, block * Float.BYTES, half(stored, from));
                toUnsigned(stored, from + 2, packed.quants, block * BLOCK);
            }
            case Q4_0 -> {
                packed.scales.set(FLOAT, block * Float.BYTES, half(stored, from));
                toNeighbours(stored, from + 2, packed.quants, block * (BLOCK / 2));
            }
            case Q4_1 -> {
                float scale = half(stored, from);
                packed.scales.set(FLOAT, block * Float.BYTES, scale);
                toNeighbours(stored, from + 4, packed.quants, block * (BLOCK / 2));
                packed.offsets.set(FLOAT, block * Float.BYTES, half(stored, from + 2) + 8 * scale);
            }
            default -> {
                scratch.read(type, stored, from);
                for (int group = 0; group < type.blockSize() / form.size(); group++) {
                    pack(scratch, group, packed, block + group, form);
                }
            }
        }
    }

    /** One group of a block that was taken apart. */
    private static void pack(QuantisedBlock taken, int group, Blocks packed, long block, KernelBlocks form) {
        float scale = taken.scale(group);
        packed.scales.set(FLOAT, block * Float.BYTES, scale);
        if (form.offsets()) {
            packed.offsets.set(FLOAT, block * Float.BYTES, taken.minimum(group) + form.centre() * scale);
        }
        long at = block * form.bytes();
        int first = group * form.size();
        for (int i = 0; i < form.bytes(); i++) {
            int value = form.bits() == Byte.SIZE
                    ? form.stored(taken.quant(first + i))
                    : form.stored(taken.quant(first + 2 * i)) | form.stored(taken.quant(first + 2 * i + 1)) << 4;
            packed.quants.set(ValueLayout.JAVA_BYTE, at + i, (byte) value);
        }
    }

    /** One row of one weight, its place in the result, and room for a block that is taken apart. */
    private interface RowTask {
        void run(ModelTensor weight, int row, int target, QuantisedBlock scratch);
    }

    private void forEachRow(RowTask task) {
        int base = -firstRow;
        for (ModelTensor weight : weights) {
            int first = base;
            int from = Math.max(0, -first);
            int end = Math.min(Math.toIntExact(weight.rows()), rows - first);
            IntStream.range(0, Math.ceilDiv(Math.max(0, end - from), SHARED_ROWS))
                    .parallel()
                    .forEach(part -> {
                        QuantisedBlock scratch = new QuantisedBlock();
                        int start = from + part * SHARED_ROWS;
                        for (int row = start; row < Math.min(end, start + SHARED_ROWS); row++) {
                            task.run(weight, row, first + row, scratch);
                        }
                    });
            base += Math.toIntExact(weight.rows());
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

    private static boolean aligned(ModelTensor weight) {
        return weight.data().isNative()
                && weight.data().address() % Float.BYTES == 0
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }
}
