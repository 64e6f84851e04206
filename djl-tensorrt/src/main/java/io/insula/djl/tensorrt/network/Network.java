package io.insula.djl.tensorrt.network;

import java.lang.foreign.MemorySegment;

/**
 * A network that is being written, layer by layer, in TensorRT's vocabulary.
 *
 * <p>Networks are strongly typed: operands of an operation have one type, and nothing is converted without {@link #cast}.
 *
 * <p><b>Shape</b>: operands have the same number of dimensions; a dimension of 1 fits any other. A dimension of -1 is open
 * until the network runs.
 *
 * <p><b>Errors</b>: what TensorRT refuses at once is an {@link ai.djl.engine.EngineException}; what it
 * refuses later appears when the plan is built.
 */
public interface Network {

    /** Names what the layers after this belong to, for whoever reads TensorRT's messages and profiles. */
    void part(String name);

    Tensor input(String name, ElementType type, long... shape);

    /** Names an open dimension of an input: those of one name are equal whenever the network runs. */
    void dimension(Tensor input, int index, String name);

    /** Makes a value one that the caller gets, under a name: not an input, and under one name only. */
    void output(String name, Tensor value);

    /**
     * A value that is known now.
     *
     * @param data dense, native memory that stays as it is until the plan is built
     */
    Tensor constant(ElementType type, long[] shape, MemorySegment data);

    /** {@code a x b} of the last two dimensions; the others are numbered alike. */
    default Tensor product(Tensor a, Tensor b) {
        return product(a, b, false);
    }

    /**
     * {@code a x b}, or {@code a x b'}.
     *
     * @param transposed whether the last two dimensions of {@code b} change places first
     */
    Tensor product(Tensor a, Tensor b, boolean transposed);

    Tensor elementwise(Elementwise operation, Tensor a, Tensor b);

    Tensor unary(Unary operation, Tensor x);

    /** Reduces an axis to length 1. */
    Tensor reduce(Reduction operation, Tensor x, int axis);

    /** The largest elements along the last axis. */
    Largest largest(Tensor x, int count);

    /** {@code data} with the axis replaced by the dimensions of {@code indices}, which are int32 or int64 and within bounds. */
    Tensor gather(Tensor data, Tensor indices, int axis);

    /** The same elements in other dimensions; 0 takes the dimension at the same place, one may be -1 and is inferred. */
    Tensor reshape(Tensor x, long... shape);

    /** Dimension {@code i} of the result is dimension {@code order[i]} of {@code x}. */
    Tensor transpose(Tensor x, int... order);

    Tensor concat(int axis, Tensor... parts);

    /**
     * A part.
     *
     * @param start of each dimension
     * @param size of each dimension, an integral tensor of one dimension
     */
    Tensor slice(Tensor x, long[] start, Tensor size);

    /** {@code then} where the condition holds, else the other. */
    Tensor select(Tensor condition, Tensor then, Tensor otherwise);

    /** A value of that type; the value itself where it has the type. */
    Tensor cast(Tensor x, ElementType type);

    /** The dimensions of a value: int64, one dimension. */
    Tensor shapeOf(Tensor x);

    /** 0, 1, 2 and so on: int32. How many, an integral tensor of one element and one dimension says. */
    Tensor iota(Tensor count);

    /**
     * {@code x * scale}.
     *
     * @param x a constant of a quantised type
     * @param scale of the type that the result has: one for all with no dimension, one for each place along {@code axis}, or of
     *     the dimensions of {@code x} but for one that is a fraction
     */
    Tensor dequantize(Tensor x, Tensor scale, int axis);

    /**
     * Turns pairs of each head's elements by angles. This and what follows is there from TensorRT 10.15 on.
     *
     * @param x {@code [rows, heads, tokens, size]}
     * @param cosines {@code [positions, size / 2]}, of the type of {@code x}
     * @param sines alike
     * @param interleaved whether neighbours are pairs, rather than elements of the two halves
     * @param positions {@code [rows, tokens]} int64, the only type that TensorRT takes here
     */
    Tensor rotary(Tensor x, Tensor cosines, Tensor sines, boolean interleaved, Tensor positions);

    /**
     * {@code softmax(query x key') x value}, without scaling.
     *
     * @param query {@code [rows, heads, tokens, size]}
     * @param key {@code [rows, kvHeads, positions, size]}
     * @param value alike
     * @param visible boolean {@code [rows, heads, tokens, positions]}, of which rows and heads may be 1
     */
    Tensor attention(Tensor query, Tensor key, Tensor value, Tensor visible);

    /**
     * Writes rows into a cache in place.
     *
     * @param cache an input {@code [rows, heads, capacity, size]} with a fixed capacity; the result must be an output, bound to
     *     the same memory
     * @param update {@code [rows, heads, tokens, size]}, no more tokens than the capacity in any profile
     * @param indices {@code [rows]} integral: where each row's first goes; what would not fit is not written
     */
    Tensor cacheUpdate(Tensor cache, Tensor update, Tensor indices);
}
