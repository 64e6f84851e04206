package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A dense tensor in host memory, as a plan would have it in a device's.
 *
 * @param data at least as long as the shape says
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record HostTensor(ElementType type, long[] shape, MemorySegment data) {

    public HostTensor {
        long bytes = type.bytes(elements(shape));
        if (data.byteSize() < bytes) {
            throw new IllegalArgumentException("tensor " + type + " " + Arrays.toString(shape) + ": " + data.byteSize()
                    + " bytes (expected: at least " + bytes + ")");
        }
    }

    /** Zeros. */
    public static HostTensor of(ElementType type, long... shape) {
        return new HostTensor(
                type, shape, Arena.ofAuto().allocate(Math.max(1, type.bytes(elements(shape))), Long.BYTES));
    }

    public static HostTensor ofInts(long[] shape, int... values) {
        HostTensor tensor = of(ElementType.INT32, shape);
        for (int i = 0; i < values.length; i++) {
            tensor.set(i, values[i]);
        }
        return tensor;
    }

    /** Bytes of the elements. */
    long bytes() {
        return type.bytes(elements(shape));
    }

    static long elements(long... shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return elements;
    }

    public double get(long index) {
        return Elements.get(type, data, index);
    }

    public void set(long index, double value) {
        Elements.set(type, data, index, value);
    }
}
