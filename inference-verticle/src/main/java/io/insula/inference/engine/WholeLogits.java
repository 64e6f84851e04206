package io.insula.inference.engine;

import java.nio.FloatBuffer;

/**
 * Logits that lie in this process's memory, row after row.
 *
 * @param rows <b>Shape:</b> {@code [rows, vocabulary]} float32 from index 0; not moved
 * @param vocabulary logits of a row
 */
public record WholeLogits(FloatBuffer rows, int vocabulary) implements StepLogits {

    /** One row. */
    public static WholeLogits of(float[] row) {
        return new WholeLogits(FloatBuffer.wrap(row), row.length);
    }

    @Override
    public void copyRow(int row, float[] target) {
        rows.get(Math.multiplyExact(row, vocabulary), target, 0, vocabulary);
    }
}
