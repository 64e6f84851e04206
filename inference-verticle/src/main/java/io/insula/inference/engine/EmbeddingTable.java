package io.insula.inference.engine;

import io.insula.inference.weights.ModelTensor;
import java.nio.FloatBuffer;

/** Looks tokens' hidden states up in the stored table, one row at a time, so that no float32 copy of it exists. */
final class EmbeddingTable {

    private final ModelTensor table;
    private final float[] row;

    EmbeddingTable(ModelTensor table) {
        this.table = table;
        this.row = new float[Math.toIntExact(table.columns())];
    }

    /** Writes a token's hidden state to row {@code index} of {@code target}. */
    void copy(int token, FloatBuffer target, int index) {
        table.toFloat((long) token * row.length, row);
        target.put(index * row.length, row);
    }
}
