package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A decoder's weights as constants of one network: the mapped file itself where it holds what is wanted, else native memory.
 *
 * <p><b>Thread:</b> rows are converted in parallel on the common pool.
 */
final class PackedWeights {

    /** Rows that one thread converts before it takes others. */
    private static final int SHARED_ROWS = 64;

    private record Key(List<ModelTensor> tensors, ElementType type, List<Long> shape) {}

    private final Network network;
    private final SegmentAllocator memory;
    private final Map<Key, Tensor> known = new HashMap<>();

    PackedWeights(Network network, SegmentAllocator memory) {
        this.network = network;
        this.memory = memory;
    }

    /** The rows of all tensors one after another; one constant for whoever asks for the same. */
    Tensor of(List<ModelTensor> stacked, ElementType type, long... shape) {
        Key key = new Key(stacked, type, Arrays.stream(shape).boxed().toList());
        return known.computeIfAbsent(key, wanted -> network.constant(type, shape, data(stacked, type)));
    }

    private MemorySegment data(List<ModelTensor> stacked, ElementType type) {
        ModelTensor first = stacked.getFirst();
        if (stacked.size() == 1 && holds(first, type)) {
            return first.data();
        }
        long elements = stacked.stream().mapToLong(ModelTensor::elements).sum();
        MemorySegment packed = memory.allocate(type.bytes(elements), Long.BYTES);
        long at = 0;
        for (ModelTensor tensor : stacked) {
            pack(tensor, type, packed.asSlice(type.bytes(at)));
            tensor.release();
            at += tensor.elements();
        }
        return packed;
    }

    private static boolean holds(ModelTensor tensor, ElementType type) {
        TensorType same = switch (type) {
            case FLOAT32 -> TensorType.F32;
            case FLOAT16 -> TensorType.F16;
            case BFLOAT16 -> TensorType.BF16;
            default -> null;
        };
        return tensor.type() == same
                && tensor.data().isNative()
                && tensor.data().address() % type.bytes(1) == 0
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    private static void pack(ModelTensor tensor, ElementType type, MemorySegment target) {
        int columns = Math.toIntExact(tensor.columns());
        int rows = Math.toIntExact(tensor.rows());
        IntStream.range(0, Math.ceilDiv(rows, SHARED_ROWS)).parallel().forEach(part -> {
            float[] row = new float[columns];
            for (int r = part * SHARED_ROWS; r < Math.min(rows, (part + 1) * SHARED_ROWS); r++) {
                tensor.toFloat((long) r * columns, row);
                Floats.write(row, type, target, (long) r * columns);
            }
        });
    }
}
