package io.insula.inference.schedule;

import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TopLogits;
import java.util.Comparator;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of which the largest logits are told, as a device tells them: by rank, and with a sum that is off by nearly as much as it may
 * be, up for even rows and down for odd ones.
 *
 * @param whole asked for a row when somebody needs all of it
 * @param count logits that are told of each
 * @param copied is told which rows were asked for
 */
record ToldRows(StepLogits whole, int count, IntConsumer copied) implements StepLogits, TopLogits {

    private static final double ERROR = 0.8 * TopLogits.LOG_SUM_ERROR;

    @Override
    public int vocabulary() {
        return whole.vocabulary();
    }

    @Override
    public void copyRow(int row, float[] target) {
        copied.accept(row);
        whole.copyRow(row, target);
    }

    @Override
    public @Nullable TopLogits top() {
        return this;
    }

    @Override
    public void copyTop(int row, float[] values, int[] tokens) {
        float[] logits = whole.row(row);
        int[] ranked = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
                .mapToInt(token -> token)
                .limit(count)
                .toArray();
        for (int rank = 0; rank < count; rank++) {
            tokens[rank] = ranked[rank];
            values[rank] = logits[ranked[rank]];
        }
    }

    @Override
    public float logSum(int row) {
        double sum = 0;
        for (float logit : whole.row(row)) {
            sum += Math.exp(logit);
        }
        return (float) (Math.log(sum) + (row % 2 == 0 ? ERROR : -ERROR));
    }

    @Override
    public boolean finite(int row) {
        float[] logits = whole.row(row);
        return IntStream.range(0, logits.length).allMatch(token -> Float.isFinite(logits[token]));
    }
}
