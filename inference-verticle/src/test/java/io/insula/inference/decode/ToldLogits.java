package io.insula.inference.decode;

import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TopLogits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A row of which the largest logits are told as a device may: equal ones in any order, any of those that equal the least, and a sum
 * that is off by as much as it may be. Counts how often the whole row is asked for.
 */
final class ToldLogits implements StepLogits, TopLogits {

    private final float[] logits;
    private final int[] tokens;
    private final float logSum;
    private final boolean finite;
    private int copies;

    /** @param error of the sum, in units of what is allowed: -1..1 */
    ToldLogits(float[] logits, int count, double error, Random random) {
        this.logits = logits.clone();
        List<Integer> order =
                IntStream.range(0, logits.length).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(order, random);
        order.sort(Comparator.comparingDouble((Integer token) -> -logits[token]));
        this.tokens = order.subList(0, count).stream().mapToInt(i -> i).toArray();
        double highest = logits[tokens[0]];
        double sum = 0;
        boolean all = true;
        for (float logit : logits) {
            sum += Math.exp(logit - highest);
            all = all && Float.isFinite(logit);
        }
        // Less than allowed: rounding to a float comes on top.
        this.logSum = (float) (Math.log(sum) + highest + error * 0.8 * TopLogits.LOG_SUM_ERROR);
        this.finite = all;
    }

    int copies() {
        return copies;
    }

    @Override
    public int vocabulary() {
        return logits.length;
    }

    @Override
    public void copyRow(int row, float[] target) {
        copies++;
        System.arraycopy(logits, 0, target, 0, logits.length);
    }

    @Override
    public @Nullable TopLogits top() {
        return this;
    }

    @Override
    public int count() {
        return tokens.length;
    }

    @Override
    public void copyTop(int row, float[] values, int[] ids) {
        for (int i = 0; i < tokens.length; i++) {
            values[i] = logits[tokens[i]];
            ids[i] = tokens[i];
        }
    }

    @Override
    public float logSum(int row) {
        return logSum;
    }

    @Override
    public boolean finite(int row) {
        return finite;
    }
}
