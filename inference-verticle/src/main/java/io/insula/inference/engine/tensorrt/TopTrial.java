package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TopLogits;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Compares what steps tell of their rows' largest logits, sums and finiteness with the rows themselves.
 *
 * <p>It looks at the steps of loading. That it finds nothing is no proof; that it finds something is.
 */
final class TopTrial {

    private static final int MOST_TOKENS = 4;

    private final TensorRtDecoderEngine engine;
    private boolean sound = true;

    TopTrial(TensorRtDecoderEngine engine) {
        this.engine = engine;
    }

    /** Tries it with the rows of one prompt; leaves every slot empty. */
    void prefill() {
        int vocabulary = engine.shape().vocabulary();
        int count = Math.min(
                Math.min(MOST_TOKENS, engine.scoredTokens()), engine.shape().slotTokens());
        int[] prompt = IntStream.range(0, count)
                .map(i -> (i + 1) * vocabulary / (count + 2))
                .toArray();
        note(engine.prefillScored(0, prompt, 0, count), count);
        engine.clear(0);
    }

    /** Looks at the first rows of a step. */
    void note(StepLogits logits, int rows) {
        for (int row = 0; row < rows; row++) {
            TopLogits top = logits.top();
            sound = sound && top != null && tellsWhatIsThere(logits.row(row), top, row);
        }
    }

    /** Whether nothing was told that was not so. */
    boolean sound() {
        return sound;
    }

    private static boolean tellsWhatIsThere(float[] logits, TopLogits top, int row) {
        boolean finite = true;
        for (float logit : logits) {
            finite = finite && Float.isFinite(logit);
        }
        if (!finite || !top.finite(row)) {
            return finite == top.finite(row);
        }
        float[] values = new float[top.count()];
        int[] tokens = new int[top.count()];
        top.copyTop(row, values, tokens);
        boolean own = Arrays.stream(tokens).distinct().count() == tokens.length;
        for (int i = 0; i < tokens.length; i++) {
            own = own && tokens[i] >= 0 && tokens[i] < logits.length && logits[tokens[i]] == values[i];
        }
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        Arrays.sort(values);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - sorted[sorted.length - 1]);
        }
        double logSum = Math.log(sum) + sorted[sorted.length - 1];
        return own
                && Arrays.equals(values, Arrays.copyOfRange(sorted, sorted.length - values.length, sorted.length))
                && Math.abs(top.logSum(row) - logSum) < TopLogits.LOG_SUM_ERROR;
    }
}
