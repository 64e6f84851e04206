package io.insula.inference.embed;

import io.insula.protocol.EmbeddingVector;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Texts as the rows of one rectangle: shorter ones are padded at their end, and the mask tells their tokens apart.
 *
 * <p><b>Shape:</b> ids, mask and types are {@code [rows, width]}.
 */
final class TokenBatch {

    private final int width;
    private final int[] lengths;
    private final long[] ids;
    private final long[] mask;

    TokenBatch(List<int[]> texts) {
        width = texts.stream().mapToInt(text -> text.length).max().orElse(0);
        lengths = new int[texts.size()];
        ids = new long[texts.size() * width];
        mask = new long[ids.length];
        for (int row = 0; row < lengths.length; row++) {
            int[] text = texts.get(row);
            lengths[row] = text.length;
            for (int i = 0; i < text.length; i++) {
                ids[row * width + i] = text[i];
                mask[row * width + i] = 1;
            }
        }
    }

    int rows() {
        return lengths.length;
    }

    /** Tokens of the longest text. */
    int width() {
        return width;
    }

    /** Token ids, 0 where padded. */
    long[] ids() {
        return ids.clone();
    }

    /** 1 for a token, 0 for padding. */
    long[] mask() {
        return mask.clone();
    }

    /**
     * The mean of a text's token vectors, scaled to unit length; summed in token order with doubles.
     *
     * @param hidden <b>Shape:</b> {@code [rows, width, dimensions]} float32
     * @return of a text whose mean is zero: zero
     */
    EmbeddingVector pooled(FloatBuffer hidden, int row, int dimensions) {
        double[] sums = new double[dimensions];
        int at = row * width * dimensions;
        for (int token = 0; token < lengths[row]; token++) {
            for (int i = 0; i < dimensions; i++) {
                sums[i] += hidden.get(at++);
            }
        }
        double square = 0;
        for (double sum : sums) {
            square += sum * sum;
        }
        if (!Double.isFinite(square)) {
            throw new EmbeddingException("the embedding model computed no finite numbers");
        }
        double norm = square == 0 ? 1 : Math.sqrt(square);
        float[] unit = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            unit[i] = (float) (sums[i] / norm);
        }
        return EmbeddingVector.of(unit);
    }
}
