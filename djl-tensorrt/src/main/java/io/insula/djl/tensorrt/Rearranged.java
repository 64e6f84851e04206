package io.insula.djl.tensorrt;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.dim.NDIndexAll;
import ai.djl.ndarray.index.dim.NDIndexElement;
import ai.djl.ndarray.index.dim.NDIndexFixed;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.memory.DeviceStream;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Array operations that move bytes and compute nothing, as DJL defines them. Whatever stays in one piece is a view. */
final class Rearranged {

    private Rearranged() {}

    static TensorRtNDArray reshape(TensorRtNDArray array, Shape wanted) {
        long[] dims = wanted.getShape().clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= dims[i];
            }
        }
        long elements = array.getShape().size();
        if (open >= 0 && known != 0) {
            dims[open] = elements / known;
        }
        Shape shape = new Shape(dims);
        if (shape.size() != elements) {
            throw new IllegalArgumentException(
                    "shape: " + wanted + " (expected: " + elements + " elements, as " + array.getShape() + " has)");
        }
        return named(array.view(0, shape), array);
    }

    static TensorRtNDArray expandDims(TensorRtNDArray array, int axis) {
        List<Long> dims = dimensions(array);
        dims.add(axis < 0 ? dims.size() + 1 + axis : axis, 1L);
        return named(array.view(0, shape(dims)), array);
    }

    static TensorRtNDArray squeeze(TensorRtNDArray array, int[] axes) {
        long[] dims = array.getShape().getShape();
        boolean[] gone = new boolean[dims.length];
        for (int axis : axes) {
            int at = at(array, axis);
            if (dims[at] != 1) {
                throw new IllegalArgumentException(
                        "axis: " + axis + " of " + array.getShape() + " (expected: a dimension of size 1)");
            }
            gone[at] = true;
        }
        List<Long> kept = new ArrayList<>();
        for (int i = 0; i < dims.length; i++) {
            if (!gone[i]) {
                kept.add(dims[i]);
            }
        }
        return named(array.view(0, shape(kept)), array);
    }

    static NDList split(TensorRtNDArray array, long sections, int axis) {
        long size = array.getShape().get(at(array, axis));
        if (sections < 1 || size % sections != 0) {
            throw new IllegalArgumentException("sections: " + sections + " (expected: a divisor of " + size + ")");
        }
        long[] indices = new long[(int) sections - 1];
        Arrays.setAll(indices, i -> (i + 1) * (size / sections));
        return split(array, indices, axis);
    }

    static NDList split(TensorRtNDArray array, long[] indices, int axis) {
        int at = at(array, axis);
        long size = array.getShape().get(at);
        NDList parts = new NDList(indices.length + 1);
        long from = 0;
        for (int i = 0; i <= indices.length; i++) {
            long to = i == indices.length ? size : Math.min(indices[i], size);
            parts.add(part(array, at, from, Math.max(from, to)));
            from = Math.max(from, to);
        }
        return parts;
    }

    private static TensorRtNDArray part(TensorRtNDArray array, int axis, long from, long to) {
        long[] dims = array.getShape().getShape().clone();
        long size = dims[axis];
        dims[axis] = to - from;
        Shape shape = new Shape(dims);
        long inner = product(dims, axis + 1, dims.length);
        long outer = product(dims, 0, axis);
        if (outer <= 1) {
            return array.view(from * inner, shape);
        }
        long pitch = bytes(array, size * inner);
        long row = bytes(array, (to - from) * inner);
        TensorRtNDArray copy = array.alike(shape);
        copyRows(copy, 0, row, array, bytes(array, from * inner), pitch, row, outer);
        return copy;
    }

    /** A view for indices like {@code get(2)} or {@code get(2, 0)}; null for all others. */
    static @Nullable TensorRtNDArray leading(TensorRtNDArray array, NDIndex index) {
        List<NDIndexElement> elements = index.getIndices();
        long[] dims = array.getShape().getShape();
        long first = 0;
        int fixed = 0;
        if (index.getEllipsisIndex() >= 0 || elements.size() > dims.length) {
            return null;
        }
        for (int i = 0; i < elements.size(); i++) {
            NDIndexElement element = elements.get(i);
            if (element instanceof NDIndexFixed number && i == fixed) {
                long at = number.getIndex() < 0 ? number.getIndex() + dims[fixed] : number.getIndex();
                if (at < 0 || at >= dims[fixed]) {
                    throw new IndexOutOfBoundsException(
                            "index: " + number.getIndex() + " (expected: 0.." + (dims[fixed] - 1) + ")");
                }
                first += at * product(dims, fixed + 1, dims.length);
                fixed++;
            } else if (!(element instanceof NDIndexAll)) {
                return null;
            }
        }
        return named(array.view(first, new Shape(Arrays.copyOfRange(dims, fixed, dims.length))), array);
    }

    /** Joins along an existing axis; all other dimensions and the types agree. */
    static TensorRtNDArray concat(List<TensorRtNDArray> arrays, int axis) {
        TensorRtNDArray head = arrays.getFirst();
        int at = at(head, axis);
        long[] dims = head.getShape().getShape().clone();
        dims[at] = 0;
        for (TensorRtNDArray array : arrays) {
            requireAlike(head, array, at);
            dims[at] += array.getShape().get(at);
        }
        TensorRtNDArray joined = head.alike(new Shape(dims));
        long inner = product(dims, at + 1, dims.length);
        long outer = product(dims, 0, at);
        long pitch = bytes(head, dims[at] * inner);
        long done = 0;
        for (TensorRtNDArray array : arrays) {
            long row = bytes(array, array.getShape().get(at) * inner);
            copyRows(joined, done, pitch, array, 0, row, row, outer);
            done += row;
        }
        return joined;
    }

    /** Joins along a new axis; all shapes and types agree. */
    static TensorRtNDArray stack(List<TensorRtNDArray> arrays, int axis) {
        List<TensorRtNDArray> expanded = new ArrayList<>();
        try {
            for (TensorRtNDArray array : arrays) {
                expanded.add(expandDims(array, axis));
            }
            int at = axis < 0 ? axis + expanded.getFirst().getShape().dimension() : axis;
            return concat(expanded, at);
        } finally {
            expanded.forEach(TensorRtNDArray::close);
        }
    }

    private static void requireAlike(TensorRtNDArray head, TensorRtNDArray array, int axis) {
        long[] a = head.getShape().getShape().clone();
        long[] b = array.getShape().getShape().clone();
        if (a.length == b.length) {
            a[axis] = b[axis];
        }
        if (!Arrays.equals(a, b) || !head.type().equals(array.type())) {
            throw new IllegalArgumentException("array: " + array.getShape() + " " + array.type() + " (expected: like "
                    + head.getShape() + " " + head.type() + ", but for axis " + axis + ")");
        }
    }

    private static void copyRows(
            TensorRtNDArray target,
            long targetOffset,
            long targetPitch,
            TensorRtNDArray source,
            long sourceOffset,
            long sourcePitch,
            long rowBytes,
            long rows) {
        if (rowBytes == 0 || rows == 0) {
            return;
        }
        DeviceStream mine = target.block().stream();
        DeviceStream theirs = source.block().stream();
        long to = target.address() + targetOffset;
        long from = source.address() + sourceOffset;
        try {
            mine.follow(theirs);
            mine.submit(queue -> {
                if (rows == 1) {
                    queue.copyOnDevice(to, from, rowBytes);
                } else {
                    queue.copyRows(to, targetPitch, from, sourcePitch, rowBytes, rows);
                }
            });
            theirs.follow(mine);
        } finally {
            Reference.reachabilityFence(source);
            Reference.reachabilityFence(target);
        }
    }

    private static long bytes(TensorRtNDArray array, long elements) {
        long bits = Math.multiplyExact(elements, (long) array.type().bits());
        if (bits % 8 != 0) {
            throw new UnsupportedOperationException(
                    "rows of " + elements + " elements of " + array.type() + " do not end at whole bytes");
        }
        return bits / 8;
    }

    private static int at(TensorRtNDArray array, int axis) {
        int rank = array.getShape().dimension();
        int at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) {
            throw new IllegalArgumentException("axis: " + axis + " (expected: -" + rank + ".." + (rank - 1) + ")");
        }
        return at;
    }

    private static TensorRtNDArray named(TensorRtNDArray view, TensorRtNDArray origin) {
        view.setName(origin.getName());
        return view;
    }

    private static List<Long> dimensions(TensorRtNDArray array) {
        return new ArrayList<>(
                Arrays.stream(array.getShape().getShape()).boxed().toList());
    }

    private static Shape shape(List<Long> dims) {
        return new Shape(dims.stream().mapToLong(Long::longValue).toArray());
    }

    private static long product(long[] dims, int from, int to) {
        long product = 1;
        for (int i = from; i < to; i++) {
            product = Math.multiplyExact(product, dims[i]);
        }
        return product;
    }
}
