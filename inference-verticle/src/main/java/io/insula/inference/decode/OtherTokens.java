package io.insula.inference.decode;

import io.insula.inference.engine.TopLogits;
import java.util.Arrays;

/**
 * What is certain of the tokens whose logits are not told: how high any of them may be, and what all of them together may weigh.
 *
 * <p>None of them was higher than the least of those that are told, and the exponentials of all logits have a known sum. Whatever
 * lowers one of them leaves both bounds; what raises one is noted.
 *
 * <p><b>Units:</b> weights as {@link Candidates#weigh} computes them: one for the highest logit of all.
 *
 * <p><b>Thread:</b> one at a time; reused from row to row.
 */
final class OtherTokens {

    /**
     * How far a computed weight may be from the exact one, relatively: rounding the difference of two logits and its product with
     * the inverse temperature, at most 88, to floats loses 1.05e-5, the polynomial 1e-7.
     */
    private static final double WEIGHT_ERROR = 3e-5;

    private final int number;
    private int left;
    private float least;
    private float raised;
    private float[] raisedOnes = new float[16];
    private int raisedCount;
    /** How many of them may weigh less than they did, at most. */
    private int lowered;
    /** The highest logit that is told, and the least and the greatest that the exponentials of the others' differences from it sum to. */
    private float top;

    private double leastSum;
    private double greatestSum;

    /**
     * @param number of tokens whose logits are not told
     */
    OtherTokens(int number) {
        this.number = number;
    }

    /** Takes the logits that are told of a row. */
    void load(float[] told, float highest, float logSum) {
        left = number;
        raised = Float.NEGATIVE_INFINITY;
        raisedCount = 0;
        lowered = 0;
        top = highest;
        least = highest;
        double toldSum = 0;
        for (float logit : told) {
            least = Math.min(least, logit);
            toldSum += StrictMath.exp((double) logit - highest);
        }
        double logAll = (double) logSum - highest;
        leastSum = Math.max(0, StrictMath.exp(logAll - TopLogits.LOG_SUM_ERROR) - toldSum);
        greatestSum = Math.max(0, StrictMath.exp(logAll + TopLogits.LOG_SUM_ERROR) - toldSum);
    }

    /** The logit that none of them exceeds by itself. */
    float least() {
        return least;
    }

    /** The logit that none of them exceeds after all changes; negative infinity where there is none. */
    float highest() {
        return left == 0 ? Float.NEGATIVE_INFINITY : Math.max(least, raised);
    }

    /** One of them was changed, from at most {@link #least} to at most this. */
    void changed(float logit) {
        lowered = Math.min(lowered + 1, number);
        if (logit > least) {
            raised = Math.max(raised, logit);
            if (raisedCount == raisedOnes.length) {
                raisedOnes = Arrays.copyOf(raisedOnes, 2 * raisedCount);
            }
            raisedOnes[raisedCount++] = logit;
        }
    }

    /** No more than so many of them may still be drawn. */
    void keep(int most) {
        lowered = number;
        left = Math.min(left, most);
    }

    /**
     * What each of them weighs at most.
     *
     * @param highest the highest logit of all tokens after all changes
     */
    double heaviest(float highest, double temperature) {
        return left == 0 ? 0 : weight(highest(), highest, scale(temperature));
    }

    /** What all of them together weigh at most. */
    double mostWeight(float highest, double temperature) {
        if (left == 0) {
            return 0;
        }
        double scale = scale(temperature);
        double single = StrictMath.exp((double) least - highest);
        double sum = greatestSum * StrictMath.exp((double) top - highest);
        // Each is at most single: sums of powers lie between those of equal parts and those of few great ones.
        double bySum = scale >= 1
                ? StrictMath.pow(single, scale - 1) * sum
                : StrictMath.pow(left, 1 - scale) * StrictMath.pow(sum, scale);
        double byNumber = left * StrictMath.pow(single, scale);
        double most = (bySum < byNumber ? bySum : byNumber) * (1 + WEIGHT_ERROR);
        for (int i = 0; i < raisedCount; i++) {
            most += weight(raisedOnes[i], highest, scale);
        }
        return most;
    }

    /** What all of them together weigh at least. */
    double leastWeight(float highest, double temperature) {
        if (lowered == number || left == 0) {
            return 0;
        }
        double scale = scale(temperature);
        double sum = leastSum * StrictMath.exp((double) top - highest);
        double weight = scale >= 1
                ? StrictMath.pow(left, 1 - scale) * StrictMath.pow(sum, scale)
                : StrictMath.pow(StrictMath.exp((double) least - highest), scale - 1) * sum;
        // Each weight below the least normal float counts as none.
        double counted = weight * (1 - WEIGHT_ERROR) - left * (double) Float.MIN_NORMAL;
        counted -= lowered * weight(least, highest, scale);
        return counted > 0 ? counted : 0;
    }

    private static double weight(float logit, float highest, double scale) {
        return StrictMath.exp(((double) logit - highest) * scale) * (1 + WEIGHT_ERROR);
    }

    private static double scale(double temperature) {
        return (float) Math.min(1 / temperature, Float.MAX_VALUE);
    }
}
