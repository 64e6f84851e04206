package io.insula.inference.weights;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A named tensor of a model file, mapped.
 *
 * <p><b>Shape:</b> innermost dimension first, as stored: a weight of {@code rows} outputs by {@code columns} inputs has the
 * shape {@code [columns, rows]}, and its rows lie one after another.
 *
 * @param name unique in its file
 * @param type how {@code data} encodes the elements
 * @param shape one to four dimensions, each at least 1
 * @param data read-only; accessible until the file is closed; not necessarily aligned to the element size
 */
public record ModelTensor(String name, TensorType type, List<Long> shape, MemorySegment data) {

    public ModelTensor {
        shape = List.copyOf(shape);
        long expected = type.bytes(shape.stream().reduce(1L, Math::multiplyExact));
        if (data.byteSize() != expected) {
            throw new IllegalArgumentException(
                    "tensor " + name + ": " + data.byteSize() + " bytes (expected: " + expected + ")");
        }
    }

    /** Elements of the whole tensor. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Elements of one row: the innermost dimension. */
    public long columns() {
        return shape.getFirst();
    }

    /** Rows: the product of all dimensions but the innermost. */
    public long rows() {
        return elements() / columns();
    }

    /** Gives memory back that holds the file's pages; they are read again when they are needed. */
    public void release() {
        if (data.isMapped()) {
            data.unload();
        }
    }

    /** The elements {@code from .. from + out.length - 1} as float32. */
    public void toFloat(long from, float[] out) {
        Dequantizer.toFloat(type, data, from, out, 0, out.length);
    }
}
