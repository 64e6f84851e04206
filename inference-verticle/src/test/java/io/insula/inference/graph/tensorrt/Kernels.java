package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Reduction;
import io.insula.djl.tensorrt.network.Unary;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** TensorRT's plain layers in float64 with plain loops, and the rules for their shapes. */
final class Kernels {

    private Kernels() {}

    static Values elementwise(Elementwise operation, Values a, Values b) {
        DoubleBinaryOperator function = switch (operation) {
            case SUM -> Double::sum;
            case PRODUCT -> (x, y) -> x * y;
            case DIFFERENCE -> (x, y) -> x - y;
            case QUOTIENT -> (x, y) -> x / y;
            case MAXIMUM -> Math::max;
            case AND -> (x, y) -> x != 0 && y != 0 ? 1 : 0;
            case GREATER -> (x, y) -> x > y ? 1 : 0;
            case LESS -> (x, y) -> x < y ? 1 : 0;
        };
        boolean comparison = operation == Elementwise.GREATER || operation == Elementwise.LESS;
        int[] shape = fitted(a.shape(), b.shape());
        int[] fromA = places(a, shape);
        int[] fromB = places(b, shape);
        return Values.of(
                comparison ? ElementType.BOOLEAN : a.type(),
                shape,
                i -> function.applyAsDouble(a.data()[fromA[i]], b.data()[fromB[i]]));
    }

    static Values unary(Unary operation, Values x) {
        DoubleUnaryOperator function = switch (operation) {
            case EXPONENTIAL -> Math::exp;
            case LOGARITHM -> Math::log;
            case SQUARE_ROOT -> Math::sqrt;
            case RECIPROCAL -> value -> 1 / value;
            case SIGMOID -> value -> 1 / (1 + Math.exp(-value));
        };
        return Values.of(x.type(), x.shape(), i -> function.applyAsDouble(x.data()[i]));
    }

    static Values select(Values condition, Values then, Values otherwise) {
        int[] shape = fitted(fitted(condition.shape(), then.shape()), otherwise.shape());
        int[] fromCondition = places(condition, shape);
        int[] fromThen = places(then, shape);
        int[] fromOther = places(otherwise, shape);
        return Values.of(
                then.type(),
                shape,
                i -> condition.data()[fromCondition[i]] != 0
                        ? then.data()[fromThen[i]]
                        : otherwise.data()[fromOther[i]]);
    }

    static Values product(Values a, Values b, boolean transposed) {
        int rank = a.rank();
        int rows = a.shape()[rank - 2];
        int inner = a.shape()[rank - 1];
        int columns = b.shape()[transposed ? rank - 2 : rank - 1];
        require(b.shape()[transposed ? rank - 1 : rank - 2] == inner, "product", a.shape(), b.shape());
        int[] outer = fitted(Arrays.copyOf(a.shape(), rank - 2), Arrays.copyOf(b.shape(), rank - 2));
        int[] fromA = places(new Values(a.type(), outer(a), new double[Values.size(outer(a))]), outer);
        int[] fromB = places(new Values(b.type(), outer(b), new double[Values.size(outer(b))]), outer);
        int[] shape = Arrays.copyOf(outer, rank);
        shape[rank - 2] = rows;
        shape[rank - 1] = columns;
        int step = transposed ? 1 : columns;
        return Values.of(a.type(), shape, i -> {
            int matrix = i / (rows * columns);
            int row = i / columns % rows;
            int column = i % columns;
            int atA = (fromA[matrix] * rows + row) * inner;
            int atB = fromB[matrix] * inner * columns + (transposed ? column * inner : column);
            double sum = 0;
            for (int k = 0; k < inner; k++) {
                sum += a.data()[atA + k] * b.data()[atB + k * step];
            }
            return sum;
        });
    }

    private static int[] outer(Values matrices) {
        return Arrays.copyOf(matrices.shape(), matrices.rank() - 2);
    }

    static Values reduce(Reduction operation, Values x, int axis) {
        int length = x.shape()[axis];
        int behind = x.behind(axis);
        return Values.of(x.type(), x.with(axis, 1), i -> {
            int at = i / behind * length * behind + i % behind;
            var along = IntStream.range(0, length).mapToDouble(k -> x.data()[at + k * behind]);
            return switch (operation) {
                case SUM -> sum(along.toArray());
                case MEAN -> sum(along.toArray()) / length;
                case MAXIMUM -> along.max().orElse(Double.NEGATIVE_INFINITY);
            };
        });
    }

    /** In order: streams sum in another way, whose result depends on how many zeros follow. */
    private static double sum(double... values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    static Values gather(Values data, Values indices, int axis) {
        int length = data.shape()[axis];
        int behind = data.behind(axis);
        int count = indices.data().length;
        int[] shape = IntStream.concat(
                        IntStream.concat(Arrays.stream(data.shape(), 0, axis), Arrays.stream(indices.shape())),
                        Arrays.stream(data.shape(), axis + 1, data.rank()))
                .toArray();
        int[] at = indices.whole();
        for (int index : at) {
            if (index < 0 || index >= length) {
                throw new IllegalArgumentException("gather: index " + index + " (expected: 0.." + (length - 1) + ")");
            }
        }
        return Values.of(
                data.type(),
                shape,
                i -> data.data()[(i / behind / count * length + at[i / behind % count]) * behind + i % behind]);
    }

    static Values reshape(Values x, long[] wanted) {
        int[] shape = new int[wanted.length];
        int inferred = -1;
        int known = 1;
        for (int i = 0; i < shape.length; i++) {
            if (wanted[i] == -1) {
                if (inferred >= 0) {
                    throw new IllegalArgumentException("reshape to " + Arrays.toString(wanted) + ": two are inferred");
                }
                inferred = i;
                continue;
            }
            if (wanted[i] == 0 && i >= x.rank()) {
                throw new IllegalArgumentException("reshape to " + Arrays.toString(wanted) + ": no dimension " + i
                        + " in " + Arrays.toString(x.shape()));
            }
            shape[i] = wanted[i] == 0 ? x.shape()[i] : Math.toIntExact(wanted[i]);
            known *= shape[i];
        }
        if (inferred >= 0) {
            require(known > 0 && x.data().length % known == 0, "reshape", x.shape(), shape);
            shape[inferred] = x.data().length / known;
        }
        require(Values.size(shape) == x.data().length, "reshape", x.shape(), shape);
        return new Values(x.type(), shape, x.data());
    }

    static Values transpose(Values x, int... order) {
        int[] shape =
                Arrays.stream(order).map(dimension -> x.shape()[dimension]).toArray();
        int[] strides =
                Arrays.stream(order).map(dimension -> x.strides()[dimension]).toArray();
        int[] from = places(shape, strides, 0);
        return Values.of(x.type(), shape, i -> x.data()[from[i]]);
    }

    static Values concat(int axis, List<Values> parts) {
        Values first = parts.getFirst();
        for (Values part : parts) {
            require(Arrays.equals(part.with(axis, 1), first.with(axis, 1)), "concat", first.shape(), part.shape());
        }
        int length = parts.stream().mapToInt(part -> part.shape()[axis]).sum();
        double[] data = new double[Values.size(first.with(axis, length))];
        int at = 0;
        for (int outer = 0; outer < first.before(axis); outer++) {
            for (Values part : parts) {
                int run = part.shape()[axis] * part.behind(axis);
                System.arraycopy(part.data(), outer * run, data, at, run);
                at += run;
            }
        }
        return new Values(first.type(), first.with(axis, length), data);
    }

    static Values slice(Values x, long[] start, int[] size) {
        int at = 0;
        int[] strides = x.strides();
        for (int i = 0; i < size.length; i++) {
            if (start[i] < 0 || size[i] < 0 || start[i] + size[i] > x.shape()[i]) {
                throw new IllegalArgumentException("slice from " + Arrays.toString(start) + " of "
                        + Arrays.toString(size) + " (expected: within " + Arrays.toString(x.shape()) + ")");
            }
            at += Math.toIntExact(start[i]) * strides[i];
        }
        int[] from = places(size, strides, at);
        return Values.of(x.type(), size, i -> x.data()[from[i]]);
    }

    static List<Values> largest(Values x, int count) {
        int length = x.shape()[x.rank() - 1];
        if (count > length) {
            throw new IllegalArgumentException("largest: " + count + " of " + length);
        }
        int[] shape = x.with(x.rank() - 1, count);
        double[] indices = new double[Values.size(shape)];
        for (int row = 0; row < x.data().length / length; row++) {
            int at = row * length;
            int[] order = IntStream.range(0, length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -x.data()[at + i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int i = 0; i < count; i++) {
                indices[row * count + i] = order[i];
            }
        }
        return List.of(
                Values.of(x.type(), shape, i -> x.data()[i / count * length + (int) indices[i]]),
                new Values(ElementType.INT32, shape, indices));
    }

    static Values dequantize(Values x, Values scale, int axis) {
        int[] factor = new int[x.rank()];
        if (scale.rank() == x.rank()) {
            int blocked = 0;
            for (int i = 0; i < factor.length; i++) {
                factor[i] = x.shape()[i] / scale.shape()[i];
                blocked += factor[i] == 1 ? 0 : 1;
                require(factor[i] * scale.shape()[i] == x.shape()[i], "dequantize", x.shape(), scale.shape());
            }
            require(blocked <= 1, "dequantize", x.shape(), scale.shape());
        } else {
            require(scale.rank() == 0 || scale.shape()[0] == x.shape()[axis], "dequantize", x.shape(), scale.shape());
        }
        int[] strides = x.strides();
        int[] scaleStrides = scale.strides();
        return Values.of(scale.type(), x.shape(), i -> {
            int at = 0;
            if (scale.rank() == 1) {
                at = i / strides[axis] % x.shape()[axis];
            } else if (scale.rank() > 1) {
                for (int d = 0; d < factor.length; d++) {
                    at += i / strides[d] % x.shape()[d] / factor[d] * scaleStrides[d];
                }
            }
            return x.data()[i] * scale.data()[at];
        });
    }

    /** The common shape: each dimension alike, or 1 in one of them. */
    static int[] fitted(int[] a, int[] b) {
        int[] shape = a.clone();
        for (int i = 0; i < shape.length; i++) {
            require(a[i] == b[i] || a[i] == 1 || b[i] == 1, "operands", a, b);
            shape[i] = a[i] == 1 ? b[i] : a[i];
        }
        return shape;
    }

    /** For each element of a shape, where the operand has it. */
    private static int[] places(Values operand, int[] shape) {
        return places(shape, operand.strides(shape), 0);
    }

    private static int[] places(int[] shape, int[] strides, int start) {
        int[] places = new int[Values.size(shape)];
        int[] at = new int[shape.length];
        int place = start;
        for (int i = 0; i < places.length; i++) {
            places[i] = place;
            for (int d = shape.length - 1; d >= 0; d--) {
                place += strides[d];
                if (++at[d] < shape[d]) {
                    break;
                }
                place -= strides[d] * shape[d];
                at[d] = 0;
            }
        }
        return places;
    }

    static void require(boolean holds, String what, int[] a, int[] b) {
        if (!holds) {
            throw new IllegalArgumentException(
                    what + ": shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not fit");
        }
    }
}
