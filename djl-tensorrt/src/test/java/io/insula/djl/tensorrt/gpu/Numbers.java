package io.insula.djl.tensorrt.gpu;

import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** A floating-point type as tests need it: its bytes, its values after rounding, and how far rounding moves a value. */
enum Numbers {
    FLOAT(DataType.FLOAT32, TensorProto.DataType.FLOAT, 4, 0x1p-24),
    HALF(DataType.FLOAT16, TensorProto.DataType.FLOAT16, 2, 0x1p-11),
    BFLOAT(DataType.BFLOAT16, TensorProto.DataType.BFLOAT16, 2, 0x1p-8);

    private final DataType djl;
    private final TensorProto.DataType onnx;
    private final int width;
    private final double roundoff;

    Numbers(DataType djl, TensorProto.DataType onnx, int width, double roundoff) {
        this.djl = djl;
        this.onnx = onnx;
        this.width = width;
        this.roundoff = roundoff;
    }

    DataType djl() {
        return djl;
    }

    TensorProto.DataType onnx() {
        return onnx;
    }

    /** The largest relative error of rounding one value to this type. */
    double roundoff() {
        return roundoff;
    }

    /**
     * How far a sum can be off, as a share of the sum of its terms' magnitudes. Sums are computed in float32; those of float16 may
     * be in float16, for which the bound that counts every rounding says nothing any more, and the probable one is taken
     * (Higham and Mary, A New Approach to Probabilistic Rounding Error Analysis, 2019).
     */
    double sumRounding(int terms) {
        return this == HALF ? Math.sqrt(terms) * roundoff : terms * 0x1p-24;
    }

    /** The values in this type, little endian, ready to be read. */
    ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * width).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (this) {
                case FLOAT -> bytes.putFloat(value);
                case HALF -> bytes.putShort(Float.floatToFloat16(value));
                case BFLOAT -> bytes.putShort((short) (bfloat(value) >>> 16));
            }
        }
        return bytes.flip();
    }

    /** The values as this type holds them. */
    float[] rounded(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = switch (this) {
                case FLOAT -> values[i];
                case HALF -> Float.float16ToFloat(Float.floatToFloat16(values[i]));
                case BFLOAT -> Float.intBitsToFloat(bfloat(values[i]));
            };
        }
        return rounded;
    }

    /** Values between -0.5 and 0.5 that this type holds exactly. */
    float[] random(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return rounded(values);
    }

    /** Rounds to the nearest, ties to even. */
    private static int bfloat(float value) {
        int bits = Float.floatToIntBits(value);
        return bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000;
    }
}
