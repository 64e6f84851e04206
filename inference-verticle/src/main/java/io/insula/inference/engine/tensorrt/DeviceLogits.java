package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TopLogits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A step's logits, which stay on the device, and what came to the host of them.
 *
 * <p><b>Errors:</b> an {@link IllegalStateException} once another step has overwritten them.
 */
final class DeviceLogits implements StepLogits, TopLogits {

    /** Brings a row to the host. */
    interface Rows {
        void copy(int row, float[] target);
    }

    private final int vocabulary;
    private final AnswerLayout layout;
    private final Supplier<MemorySegment> answer;
    private final Rows rows;
    private final boolean told;

    /**
     * @param answer what came to the host, laid out like that; fails once it is another step's
     * @param told whether it is to be relied on
     */
    DeviceLogits(int vocabulary, AnswerLayout layout, Supplier<MemorySegment> answer, Rows rows, boolean told) {
        this.vocabulary = vocabulary;
        this.layout = layout;
        this.answer = answer;
        this.rows = rows;
        this.told = told;
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }

    @Override
    public void copyRow(int row, float[] target) {
        rows.copy(Objects.checkIndex(row, layout.rows()), target);
    }

    @Override
    public @Nullable TopLogits top() {
        return told ? this : null;
    }

    @Override
    public int count() {
        return layout.candidates();
    }

    @Override
    public void copyTop(int row, float[] values, int[] tokens) {
        long first = (long) Objects.checkIndex(row, layout.rows()) * count() * Float.BYTES;
        MemorySegment.copy(answer.get(), ValueLayout.JAVA_FLOAT, first, values, 0, count());
        MemorySegment.copy(answer.get(), ValueLayout.JAVA_INT, layout.tokens() + first, tokens, 0, count());
    }

    @Override
    public float logSum(int row) {
        return number(layout.logSums(), row);
    }

    @Override
    public boolean finite(int row) {
        return Float.isFinite(logSum(row)) && Float.isFinite(number(layout.depths(), row));
    }

    private float number(long offset, int row) {
        return answer.get()
                .get(ValueLayout.JAVA_FLOAT, offset + (long) Objects.checkIndex(row, layout.rows()) * Float.BYTES);
    }
}
