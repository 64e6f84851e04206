package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.weights.ModelFileException;
import io.insula.inference.weights.ModelTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Matrices of few bits with scales, rounded to the nearest, and dequantised within the network.
 *
 * <p><b>Shape:</b> {@code [inputs, outputs]}, since TensorRT 10.6 shares scales along the first of two dimensions: the file's
 * rows become columns.
 *
 * <p><b>Thread:</b> outputs are packed in parallel on the common pool.
 */
final class QuantisedWeights {

    private static final int[] BLOCKS = {128, 64, 32};
    /** The largest whole number; -8 stays unused, so that scales are positive. */
    private static final int MOST = 7;
    /** Outputs that one thread packs before it takes others: an even number, for two share a byte. */
    private static final int SHARED_OUTPUTS = 64;

    private final Network network;
    private final SegmentAllocator memory;
    private final WeightForm form;
    private final ElementType computed;

    QuantisedWeights(Network network, SegmentAllocator memory, WeightForm form, ElementType computed) {
        this.network = network;
        this.memory = memory;
        this.form = form;
        this.computed = computed;
    }

    /** The rows of all tensors one after another, as the outputs of {@code [1, inputs, outputs]}. */
    Tensor of(List<ModelTensor> stacked) {
        int inputs = Math.toIntExact(stacked.getFirst().columns());
        int outputs =
                Math.toIntExact(stacked.stream().mapToLong(ModelTensor::rows).sum());
        String name = stacked.getFirst().name();
        int block = form == WeightForm.INT4 ? block(name, inputs) : inputs;
        if (outputs % 2 != 0) {
            throw new ModelFileException(
                    "tensor " + name + ": " + outputs + " outputs (expected: an even number, for " + form + ")");
        }
        ElementType type = form.type(computed);
        long scaleCount = (long) inputs / block * outputs;
        MemorySegment numbers = memory.allocate(type.bytes((long) inputs * outputs), Long.BYTES);
        MemorySegment scales = memory.allocate(computed.bytes(scaleCount), Long.BYTES);
        IntStream.range(0, Math.ceilDiv(outputs, SHARED_OUTPUTS)).parallel().forEach(part -> {
            int from = part * SHARED_OUTPUTS;
            new Tile(stacked, from, Math.min(outputs, from + SHARED_OUTPUTS), inputs)
                    .pack(block, outputs, numbers, scales);
        });
        stacked.forEach(ModelTensor::release);
        long[] scaleShape = form == WeightForm.INT4 ? new long[] {inputs / block, outputs} : new long[] {outputs};
        Tensor whole = network.dequantize(
                network.constant(type, new long[] {inputs, outputs}, numbers),
                network.constant(computed, scaleShape, scales),
                form == WeightForm.INT4 ? 0 : 1);
        return network.reshape(whole, 1, inputs, outputs);
    }

    private static int block(String name, int inputs) {
        for (int block : BLOCKS) {
            if (inputs % block == 0) {
                return block;
            }
        }
        throw new ModelFileException("tensor " + name + ": " + inputs
                + " inputs (expected: a multiple of 32, for whole numbers of four bits)");
    }

    /** Some outputs of the stack, read whole: the result has them side by side. */
    private final class Tile {
        private final int from;
        private final float[][] rows;

        Tile(List<ModelTensor> stacked, int from, int to, int inputs) {
            this.from = from;
            this.rows = new float[to - from][inputs];
            int first = 0;
            for (ModelTensor tensor : stacked) {
                int end = first + Math.toIntExact(tensor.rows());
                for (int row = Math.max(from, first); row < Math.min(to, end); row++) {
                    tensor.toFloat((long) (row - first) * inputs, rows[row - from]);
                }
                first = end;
            }
        }

        void pack(int block, int outputs, MemorySegment numbers, MemorySegment scales) {
            int inputs = rows[0].length;
            float[] blockScales = new float[rows.length];
            for (int start = 0; start < inputs; start += block) {
                for (int row = 0; row < rows.length; row++) {
                    blockScales[row] = scale(rows[row], start, block);
                }
                long scaleAt = (long) start / block * outputs + from;
                Floats.write(blockScales, computed, scales, scaleAt);
                for (int input = start; input < start + block; input++) {
                    write(input, blockScales, (long) input * outputs + from, numbers);
                }
            }
        }

        /** As it will be read, so that numbers are rounded for the scale that they get. */
        private float scale(float[] row, int start, int block) {
            float most = 0;
            for (int i = start; i < start + block; i++) {
                most = Math.max(most, Math.abs(row[i]));
            }
            float scale = most / (form == WeightForm.INT4 ? MOST : Floats.MOST_FLOAT8);
            float stored = Floats.rounded(scale, computed);
            return stored > 0 ? stored : 1;
        }

        private void write(int input, float[] blockScales, long at, MemorySegment numbers) {
            if (form == WeightForm.FLOAT8) {
                for (int row = 0; row < rows.length; row++) {
                    numbers.set(ValueLayout.JAVA_BYTE, at + row, Floats.float8(rows[row][input] / blockScales[row]));
                }
                return;
            }
            for (int row = 0; row < rows.length; row += 2) {
                int low = number(rows[row][input] / blockScales[row]);
                int high = number(rows[row + 1][input] / blockScales[row + 1]);
                numbers.set(ValueLayout.JAVA_BYTE, (at + row) / 2, (byte) ((low & 15) | (high << 4)));
            }
        }

        private int number(float scaled) {
            return Math.clamp(Math.round(Math.rint(scaled)), -MOST, MOST);
        }
    }
}
