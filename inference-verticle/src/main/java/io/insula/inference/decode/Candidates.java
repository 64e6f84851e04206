package io.insula.inference.decode;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The tokens that one drawing may take, with their logits and weights: the stages between logits and a token work on it.
 *
 * <p>Every sum runs in one fixed order and the exponential is built from IEEE additions and multiplications alone, so equal
 * logits give equal draws on every machine. A logit of negative infinity, set by a stage, has weight zero.
 *
 * <p><b>Thread:</b> one at a time; reused from row to row.
 */
final class Candidates {

    private static final int LANES = 8;
    private static final int BLOCK = 256;
    private static final float LOWEST_EXPONENT = -88f;
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 355f / 512;
    private static final float LN2_LOW = -2.1219444e-4f;
    private static final float ROUNDING = 0x1.8p23f;
    private static final int EXPONENT_BIAS = 127;
    private static final int MANTISSA_BITS = 23;
    /** Weights fall into classes by exponent and the top bits of the mantissa: 16 to the octave. */
    private static final int CLASS_SHIFT = 19;

    private static final int ONE_CLASS = Float.floatToRawIntBits(1f) >>> CLASS_SHIFT;

    private final float[] logits;
    private final float[] weights;
    private final int[] exponents;
    private final int[] kept;
    private final long[] members;
    private final double[] classWeights = new double[ONE_CLASS + 2];
    private float highest;
    private int likely;

    Candidates(int vocabulary) {
        if (vocabulary < 1) {
            throw new IllegalArgumentException("vocabulary: " + vocabulary + " (expected: >= 1)");
        }
        this.logits = new float[vocabulary];
        this.weights = new float[vocabulary];
        this.exponents = new int[vocabulary];
        // One more than there are tokens: a place is written before it is known whether it counts.
        this.kept = new int[vocabulary + 1];
        this.members = new long[vocabulary];
    }

    /** Takes one row of logits; the buffer's position does not matter and is not moved. */
    void load(FloatBuffer rows, int row) {
        rows.get(Math.multiplyExact(row, logits.length), logits);
        float lowest = Float.POSITIVE_INFINITY;
        float top = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            lowest = Math.min(lowest, logit);
            top = Math.max(top, logit);
        }
        // Math.min and Math.max carry a NaN through, so two numbers tell whether all of them are finite.
        if (!(lowest > Float.NEGATIVE_INFINITY && top < Float.POSITIVE_INFINITY)) {
            throw new SamplingException(firstNotFinite(row));
        }
        highest = top;
    }

    /** The most probable token; of equal ones the lowest id. */
    int best() {
        int token = 0;
        while (logits[token] != highest) {
            token++;
        }
        return token;
    }

    /** Draws from the whole distribution by inverting its cumulative weight in id order. */
    int draw(double temperature, double uniform) {
        double target = uniform * weigh(temperature);
        double before = 0;
        int block = 0;
        while (block + BLOCK < weights.length) {
            double after = before + sum(block, block + BLOCK);
            if (after > target) {
                break;
            }
            before = after;
            block += BLOCK;
        }
        int last = best();
        for (int token = block; token < weights.length; token++) {
            if (weights[token] > 0) {
                last = token;
                before += weights[token];
                if (before > target) {
                    break;
                }
            }
        }
        return last;
    }

    /** Draws from the smallest set of most probable tokens whose probability reaches {@code topP}. */
    int drawFromNucleus(double temperature, double topP, double uniform) {
        double total = weigh(temperature);
        long lastKept = lastOfNucleus(topP * total, (1 - topP) * total / weights.length);
        int count = 0;
        double keptTotal = 0;
        for (int i = 0; i < likely; i++) {
            int token = kept[i];
            boolean within = order(token) <= lastKept;
            kept[count] = token;
            count += within ? 1 : 0;
            keptTotal += within ? weights[token] : 0;
        }
        double target = uniform * keptTotal;
        double before = 0;
        for (int i = 0; i < count; i++) {
            before += weights[kept[i]];
            if (before > target) {
                return kept[i];
            }
        }
        return kept[count - 1];
    }

    /** Fills the weights, the largest being one, and returns their sum. */
    private double weigh(double temperature) {
        float scale = (float) Math.min(1 / temperature, Float.MAX_VALUE);
        float top = highest;
        for (int i = 0; i < logits.length; i++) {
            // e^x = 2^n e^r with |r| <= ln(2)/2; below the clamp n is -127 and the scale's bits are those of zero.
            float x = Math.max((logits[i] - top) * scale, LOWEST_EXPONENT);
            float n = x * LOG2_E + ROUNDING - ROUNDING;
            float r = x - n * LN2_HIGH - n * LN2_LOW;
            float p = 1f / 5040;
            p = p * r + 1f / 720;
            p = p * r + 1f / 120;
            p = p * r + 1f / 24;
            p = p * r + 1f / 6;
            p = p * r + 1f / 2;
            weights[i] = p * r * r + r + 1f;
            exponents[i] = (int) n;
        }
        // A loop of its own: the compiler vectorises the one above only without the change from bits to a float.
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= Float.intBitsToFloat((exponents[i] + EXPONENT_BIAS) << MANTISSA_BITS);
        }
        double total = 0;
        for (int from = 0; from < weights.length; from += BLOCK) {
            total += sum(from, Math.min(from + BLOCK, weights.length));
        }
        return total;
    }

    private double sum(int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            a += (double) weights[i] + weights[i + 1];
            b += (double) weights[i + 2] + weights[i + 3];
            c += (double) weights[i + 4] + weights[i + 5];
            d += (double) weights[i + 6] + weights[i + 7];
        }
        for (; i < to; i++) {
            a += weights[i];
        }
        return (a + b) + (c + d);
    }

    /**
     * Puts the tokens that may belong to the nucleus into {@code kept}, ids ascending, and returns the order of the last that
     * does.
     *
     * @param needed the weight that the nucleus reaches
     * @param floor tokens below it cannot belong to the nucleus: all of them together weigh less than what is left out
     */
    private long lastOfNucleus(double needed, double floor) {
        float limit = Math.max((float) floor, Float.MIN_NORMAL);
        // Without a branch, which the processor would guess wrong half the time.
        int count = 0;
        for (int token = 0; token < weights.length; token++) {
            kept[count] = token;
            count += weights[token] >= limit ? 1 : 0;
        }
        likely = count;
        Arrays.fill(classWeights, 0);
        for (int i = 0; i < count; i++) {
            float weight = weights[kept[i]];
            classWeights[weightClass(weight)] += weight;
        }
        int boundary = classWeights.length - 1;
        double above = 0;
        while (boundary > 0 && above + classWeights[boundary] < needed) {
            above += classWeights[boundary];
            boundary--;
        }
        return lastOfClass(boundary, needed - above);
    }

    /** Sorts the one class in which the nucleus ends, and returns the order of its last member. */
    private long lastOfClass(int boundary, double needed) {
        int size = 0;
        for (int i = 0; i < likely; i++) {
            if (weightClass(weights[kept[i]]) == boundary) {
                members[size++] = order(kept[i]);
            }
        }
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        Arrays.sort(members, 0, size);
        double reached = 0;
        for (int i = 0; i < size; i++) {
            reached += weights[(int) members[i]];
            if (reached >= needed) {
                return members[i];
            }
        }
        return members[size - 1];
    }

    /** A key that is smaller for the more probable token and, of equals, for the lower id. */
    private long order(int token) {
        return ((long) (Integer.MAX_VALUE - Float.floatToRawIntBits(weights[token])) << 32) | token;
    }

    private static int weightClass(float weight) {
        return Float.floatToRawIntBits(weight) >>> CLASS_SHIFT;
    }

    private String firstNotFinite(int row) {
        for (int token = 0; token < logits.length; token++) {
            if (!Float.isFinite(logits[token])) {
                return "logits of row " + row + ": " + logits[token] + " at token " + token
                        + " (expected: finite numbers)";
            }
        }
        throw new IllegalStateException("all logits of row " + row + " are finite");
    }
}
