package io.insula.djl.tensorrt;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The element type of an array: one of TensorRT's, or one that only DJL knows and that is merely stored.
 *
 * @param dataType DJL's name, {@link DataType#UNKNOWN} where DJL has none
 * @param tensorType TensorRT's name, null where TensorRT has none: no plan takes such an array
 */
record ArrayType(DataType dataType, @Nullable TensorType tensorType) {

    private static final Set<DataType> STORED =
            Set.of(DataType.FLOAT64, DataType.INT16, DataType.UINT16, DataType.UINT32, DataType.UINT64);

    static ArrayType of(TensorType type) {
        return new ArrayType(type.dataType(), type);
    }

    static ArrayType of(DataType dataType) {
        TensorType type = TensorType.of(dataType);
        if (type == null && !STORED.contains(dataType)) {
            throw new UnsupportedOperationException("data type: " + dataType
                    + " (expected: a number type; for FLOAT8, INT4 and FLOAT4 name the TensorType)");
        }
        return new ArrayType(dataType, type);
    }

    /** Bits of one element. */
    int bits() {
        return tensorType == null ? 8 * dataType.getNumOfBytes() : tensorType.bits();
    }

    long sizeBytes(Shape shape) {
        if (tensorType != null) {
            return tensorType.sizeBytes(shape);
        }
        long size = dataType.getNumOfBytes();
        for (long dimension : shape.getShape()) {
            if (dimension < 0) {
                throw new IllegalArgumentException("shape: " + shape + " (expected: no open dimension)");
            }
            size = Math.multiplyExact(size, dimension);
        }
        return size;
    }

    @Override
    public String toString() {
        return (tensorType == null ? dataType.name() : tensorType.name()).toLowerCase(Locale.ROOT);
    }
}
