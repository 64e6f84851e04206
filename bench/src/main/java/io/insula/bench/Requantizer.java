package io.insula.bench;

import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.GgufWriter;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Makes a Q4_0 model file of a Q4_1 one, so that both engines can be compared on the type that llama.cpp repacks.
 *
 * <p>Quality is worse than of a file quantised from the original weights, and equally worse for both engines.
 *
 * <p><b>Source:</b> {@code quantize_row_q4_0_ref} of ggml-quants.c.
 */
public final class Requantizer {

    private static final int BLOCK = 32;
    private static final String FILE_TYPE = "general.file_type";
    private static final int MOSTLY_Q4_0 = 2;

    private Requantizer() {}

    /** Writes {@code target}: every Q4_1 tensor as Q4_0, everything else as it is. */
    public static void toQ40(Path source, Path target) throws IOException {
        try (GgufFile file = GgufFile.open(source)) {
            GgufWriter writer = new GgufWriter()
                    .copy(file.metadata(), key -> !key.equals(FILE_TYPE) && !key.equals("general.alignment"))
                    .uint32(FILE_TYPE, MOSTLY_Q4_0);
            for (ModelTensor tensor : file.tensors()) {
                if (tensor.type() == TensorType.Q4_1) {
                    float[] values = new float[Math.toIntExact(tensor.elements())];
                    tensor.toFloat(0, values);
                    writer.tensor(tensor.name(), TensorType.Q4_0, tensor.shape(), quantize(values));
                } else {
                    byte[] stored = tensor.data().toArray(ValueLayout.JAVA_BYTE);
                    writer.tensor(tensor.name(), tensor.type(), tensor.shape(), stored);
                }
            }
            writer.write(target);
        }
    }

    /** Blocks of a half-precision scale and 32 nibbles, the value of largest magnitude at the nibble 0. */
    static byte[] quantize(float[] values) {
        byte[] blocks = new byte[Math.toIntExact(TensorType.Q4_0.bytes(values.length))];
        ByteBuffer out = ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += BLOCK) {
            float extreme = 0;
            for (int i = from; i < from + BLOCK; i++) {
                extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
            }
            float scale = extreme / -8;
            float inverse = scale == 0 ? 0 : 1 / scale;
            out.putShort(Float.floatToFloat16(scale));
            for (int i = from; i < from + BLOCK / 2; i++) {
                out.put((byte) (nibble(values[i] * inverse) | nibble(values[i + BLOCK / 2] * inverse) << 4));
            }
        }
        return blocks;
    }

    private static int nibble(float scaled) {
        return Math.min(15, (int) (scaled + 8.5f));
    }
}
