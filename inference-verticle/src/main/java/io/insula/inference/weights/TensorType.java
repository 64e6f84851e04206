package io.insula.inference.weights;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a tensor's elements are stored: the ggml types that a model file can name, and the ones that can be read.
 *
 * <p><b>Units:</b> a block is {@link #blockSize} consecutive elements of a row in {@link #blockBytes} bytes; a group is
 * {@link #groupSize} elements of a block that share a scale and, where the type has {@link #minima}, a minimum.
 *
 * <p><b>Source:</b> {@code enum ggml_type} of ggml.h.
 */
public enum TensorType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18, 32, -8, 7, false),
    Q4_1(3, 32, 20, 32, 0, 15, true),
    Q5_0(6, 32, 22, 32, -16, 15, false),
    Q5_1(7, 32, 24, 32, 0, 31, true),
    Q8_0(8, 32, 34, 32, -128, 127, false),
    Q8_1(9),
    Q2_K(10, 256, 84, 16, 0, 3, true),
    Q3_K(11, 256, 110, 16, -4, 3, false),
    Q4_K(12, 256, 144, 32, 0, 15, true),
    Q5_K(13, 256, 176, 32, 0, 31, true),
    Q6_K(14, 256, 210, 16, -32, 31, false),
    Q8_K(15),
    IQ2_XXS(16),
    IQ2_XS(17),
    IQ3_XXS(18),
    IQ1_S(19),
    IQ4_NL(20, 32, 18, 32, -127, 113, false),
    IQ3_S(21),
    IQ2_S(22),
    IQ4_XS(23),
    I8(24),
    I16(25),
    I32(26),
    I64(27),
    F64(28),
    IQ1_M(29),
    BF16(30, 1, 2),
    TQ1_0(34),
    TQ2_0(35),
    MXFP4(39);

    private final int id;
    private final int blockSize;
    private final int blockBytes;
    private final int groupSize;
    private final int least;
    private final int most;
    private final boolean minima;

    TensorType(int id) {
        this(id, 0, 0);
    }

    TensorType(int id, int blockSize, int blockBytes) {
        this(id, blockSize, blockBytes, 0, 0, 0, false);
    }

    TensorType(int id, int blockSize, int blockBytes, int groupSize, int least, int most, boolean minima) {
        this.id = id;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
        this.groupSize = groupSize;
        this.least = least;
        this.most = most;
        this.minima = minima;
    }

    /** The number that stands for this type in a file. */
    public int id() {
        return id;
    }

    /** Whether tensors of this type can be read. */
    public boolean supported() {
        return blockSize > 0;
    }

    /** Elements of one block. */
    public int blockSize() {
        requireSupported();
        return blockSize;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        requireSupported();
        return blockBytes;
    }

    /** Whether elements are whole numbers times a scale, rather than floating-point numbers. */
    public boolean quantised() {
        return groupSize > 0;
    }

    /** Neighbouring elements of a quantised type that share a scale. */
    public int groupSize() {
        return groupSize;
    }

    /** The least whole number of a quantised type. */
    public int least() {
        return least;
    }

    /** The largest whole number of a quantised type. */
    public int most() {
        return most;
    }

    /** Whether a quantised type adds a minimum of its group to every element. */
    public boolean minima() {
        return minima;
    }

    /**
     * Bytes of that many elements, a whole number of blocks.
     *
     * @throws ArithmeticException when the result exceeds a long
     */
    public long bytes(long elements) {
        if (elements % blockSize() != 0) {
            throw new IllegalArgumentException(
                    this + " elements: " + elements + " (expected: a multiple of " + blockSize + ")");
        }
        return Math.multiplyExact(elements / blockSize, (long) blockBytes);
    }

    /** The type that a file's number stands for; empty for a number that no known type has. */
    public static Optional<TensorType> ofId(long id) {
        return Stream.of(values()).filter(type -> type.id == id).findFirst();
    }

    static String supportedNames() {
        return Arrays.stream(values())
                .filter(TensorType::supported)
                .map(TensorType::name)
                .collect(Collectors.joining(", "));
    }

    private void requireSupported() {
        if (!supported()) {
            throw new IllegalStateException("type " + this + " is not supported (supported: " + supportedNames() + ")");
        }
    }
}
