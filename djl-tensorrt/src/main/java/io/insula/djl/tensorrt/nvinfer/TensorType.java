package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The element types of TensorRT, with their numbers in its API.
 *
 * <p><b>Units</b>: elements narrower than a byte are packed, the first in the low bits, and a tensor is padded to whole bytes.
 */
public enum TensorType {
    FLOAT32(0, 32, DataType.FLOAT32),
    FLOAT16(1, 16, DataType.FLOAT16),
    INT8(2, 8, DataType.INT8),
    INT32(3, 32, DataType.INT32),
    BOOLEAN(4, 8, DataType.BOOLEAN),
    UINT8(5, 8, DataType.UINT8),
    /** E4M3. */
    FLOAT8(6, 8, null),
    BFLOAT16(7, 16, DataType.BFLOAT16),
    INT64(8, 64, DataType.INT64),
    INT4(9, 4, null),
    /** E2M1. */
    FLOAT4(10, 4, null),
    /** A power of two, as the scales of MX formats are stored. */
    E8M0(11, 8, null);

    private final int code;
    private final int bits;
    private final @Nullable DataType dataType;

    TensorType(int code, int bits, @Nullable DataType dataType) {
        this.code = code;
        this.bits = bits;
        this.dataType = dataType;
    }

    /** The number of {@code nvinfer1::DataType}. */
    public int code() {
        return code;
    }

    /** Bits of one element. */
    public int bits() {
        return bits;
    }

    /** DJL's type, or {@link DataType#UNKNOWN} where DJL has none: such arrays are handled as raw bytes. */
    public DataType dataType() {
        return dataType == null ? DataType.UNKNOWN : dataType;
    }

    /** Bytes of a dense tensor; throws when they exceed a long. */
    public long sizeBytes(Shape shape) {
        long elements = 1;
        for (long dimension : shape.getShape()) {
            if (dimension < 0) {
                throw new IllegalArgumentException("shape: " + shape + " (expected: no open dimension)");
            }
            elements = Math.multiplyExact(elements, dimension);
        }
        return Math.addExact(Math.multiplyExact(elements, bits), 7) / 8;
    }

    /** The type with that number in TensorRT's API. */
    public static TensorType of(int code) {
        for (TensorType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new IllegalArgumentException("tensor type: " + code + " (expected: 0..11)");
    }

    /** The type of DJL arrays, where TensorRT has it. */
    public static @Nullable TensorType of(DataType dataType) {
        for (TensorType type : values()) {
            if (dataType.equals(type.dataType)) {
                return type;
            }
        }
        return null;
    }
}
