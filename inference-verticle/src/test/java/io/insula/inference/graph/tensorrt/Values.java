package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** A tensor while a recording is interpreted: elements as float64, each rounded to what its type has. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Values(ElementType type, int[] shape, double[] data) {

    Values {
        if (size(shape) != data.length) {
            throw new IllegalArgumentException(
                    Arrays.toString(shape) + ": " + data.length + " elements (expected: " + size(shape) + ")");
        }
    }

    static Values of(ElementType type, int[] shape, IntToDoubleFunction element) {
        double[] data = new double[size(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = Elements.rounded(type, element.applyAsDouble(i));
        }
        return new Values(type, shape, data);
    }

    static int size(int... shape) {
        int size = 1;
        for (int dimension : shape) {
            size = Math.multiplyExact(size, dimension);
        }
        return size;
    }

    int rank() {
        return shape.length;
    }

    /** How many elements apart neighbours of each dimension are; 0 where a dimension of 1 stands for all of another shape. */
    int[] strides(int[] fitted) {
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = shape[i] == 1 && fitted[i] != 1 ? 0 : stride;
            stride *= shape[i];
        }
        return strides;
    }

    int[] strides() {
        return strides(shape);
    }

    /** Elements before an axis, at it, and behind it. */
    int before(int axis) {
        return size(Arrays.copyOf(shape, axis));
    }

    int behind(int axis) {
        return size(Arrays.copyOfRange(shape, axis + 1, shape.length));
    }

    int[] with(int axis, int length) {
        int[] changed = shape.clone();
        changed[axis] = length;
        return changed;
    }

    /** The elements as lengths or places. */
    int[] whole() {
        return Arrays.stream(data)
                .mapToInt(value -> Math.toIntExact((long) value))
                .toArray();
    }
}
