package io.insula.inference.decode;

import io.insula.protocol.SamplingParameters;
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
    /** Keys are a float's bits and fall into classes by exponent and the top bits of the mantissa: 16 to the octave. */
    private static final int CLASS_SHIFT = 19;

    private static final int CLASSES = (Integer.MAX_VALUE >>> CLASS_SHIFT) + 1;

    private final float[] logits;
    private final float[] weights;
    private final int[] exponents;
    /** What decides a token's place in the order of the current stage: not negative, smaller comes first. */
    private final int[] keys;

    private final int[] kept;
    private final long[] members;
    private final double[] classAmounts = new double[CLASSES];
    private float highest;
    private int keptCount;

    Candidates(int vocabulary) {
        if (vocabulary < 1) {
            throw new IllegalArgumentException("vocabulary: " + vocabulary + " (expected: >= 1)");
        }
        this.logits = new float[vocabulary];
        this.weights = new float[vocabulary];
        this.exponents = new int[vocabulary];
        this.keys = new int[vocabulary];
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

    double logit(int token) {
        return logits[token];
    }

    /** Changes a token's logit; {@link #adjusted} is to be called after the last change. */
    void setLogit(int token, double logit) {
        logits[token] = (float) logit;
    }

    /** Sees to it that a token is not drawn; {@link #adjusted} is to be called after the last change. */
    void mask(int token) {
        logits[token] = Float.NEGATIVE_INFINITY;
    }

    /** Ends the changes of single logits. */
    void adjusted() {
        float top = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            top = Math.max(top, logit);
        }
        if (!Float.isFinite(top)) {
            throw new SamplingException(
                    top == Float.NEGATIVE_INFINITY
                            ? "logits: every token is masked (expected: one that may be drawn)"
                            : "logits: " + top + " after bias and penalties (expected: finite numbers)");
        }
        highest = top;
    }

    /** The natural logarithm of a token's probability at a temperature of one, by {@link #weigh weights} of that. */
    double logProbability(int token, double total) {
        return (double) logits[token] - highest - StrictMath.log(total);
    }

    /** One for the most probable token, of equal ones the lowest id first. */
    int rank(int token) {
        float logit = logits[token];
        int before = 0;
        for (int other = 0; other < logits.length; other++) {
            boolean first = logits[other] > logit || (logits[other] == logit && other < token);
            before += first ? 1 : 0;
        }
        return before + 1;
    }

    /** The most probable tokens by rank. */
    int[] mostProbable(int most) {
        int[] top = new int[Math.min(most, logits.length)];
        int size = 0;
        for (int token = 0; token < logits.length && top.length > 0; token++) {
            if (size == top.length && !(logits[token] > logits[top[size - 1]])) {
                continue;
            }
            int place = size < top.length ? size++ : size - 1;
            while (place > 0 && logits[token] > logits[top[place - 1]]) {
                top[place] = top[place - 1];
                place--;
            }
            top[place] = token;
        }
        return top;
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

    /** Draws after the stages that drop tokens: top-k, typical-p, top-p, min-p, each on what the one before it left. */
    int drawTruncated(SamplingParameters parameters, double uniform) {
        double total = weigh(parameters.temperature());
        gather(floor(parameters, total));
        if (parameters.topK() > 0) {
            keyByWeight();
            total = keep(lastToReach(parameters.topK(), true));
        }
        if (parameters.typicalP() < 1) {
            keyByTypicality(total, parameters.temperature());
            total = keep(lastToReach(parameters.typicalP() * total, false));
        }
        if (parameters.topP() < 1) {
            keyByWeight();
            // At least one token reaches an amount of more than nothing.
            total = keep(lastToReach(Math.max(parameters.topP() * total, Double.MIN_VALUE), false));
        }
        if (parameters.minP() > 0) {
            total = keepFromShare(parameters.minP());
        }
        return pick(uniform * total);
    }

    /** Fills the weights, the largest being one, and returns their sum. */
    double weigh(double temperature) {
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

    /** A weight below which no token can outlast the stages: they need not be looked at. */
    private double floor(SamplingParameters parameters, double total) {
        if (parameters.topK() > 0) {
            return leastOfGreatest(parameters.topK());
        }
        if (parameters.typicalP() < 1) {
            return 0;
        }
        // All tokens below the first together weigh less than the nucleus leaves out; the weightiest token weighs one.
        return Math.max((1 - parameters.topP()) * total / weights.length, parameters.minP());
    }

    /** The least of the greatest weights of so many disjoint groups: so many tokens weigh at least that. */
    private double leastOfGreatest(int groups) {
        int size = weights.length / groups;
        float least = size == 0 ? 0 : Float.MAX_VALUE;
        for (int from = 0; size > 0 && from + size <= groups * size; from += size) {
            float greatest = 0;
            for (int token = from; token < from + size; token++) {
                greatest = Math.max(greatest, weights[token]);
            }
            least = Math.min(least, greatest);
        }
        return least;
    }

    /** Takes the tokens of at least this weight, and of more than none, ids ascending. */
    private void gather(double floor) {
        float limit = Math.max((float) floor, Float.MIN_NORMAL);
        // Without a branch, which the processor would guess wrong half the time.
        int count = 0;
        for (int token = 0; token < weights.length; token++) {
            kept[count] = token;
            count += weights[token] >= limit ? 1 : 0;
        }
        keptCount = count;
    }

    /** The more probable token has the smaller key. */
    private void keyByWeight() {
        for (int i = 0; i < keptCount; i++) {
            keys[kept[i]] = Integer.MAX_VALUE - Float.floatToRawIntBits(weights[kept[i]]);
        }
    }

    /**
     * The token whose information is nearer to the expected information has the smaller key.
     *
     * @param total the weight of the kept tokens
     */
    private void keyByTypicality(double total, double temperature) {
        double expected = 0;
        for (int i = 0; i < keptCount; i++) {
            expected -= weights[kept[i]] * exponent(kept[i], temperature);
        }
        // Information is log(total) - exponent; its logarithm is in the expectation too and falls out of the
        // difference.
        expected /= total;
        for (int i = 0; i < keptCount; i++) {
            keys[kept[i]] = Float.floatToRawIntBits((float) Math.abs(-exponent(kept[i], temperature) - expected));
        }
    }

    private double exponent(int token, double temperature) {
        return ((double) logits[token] - highest) / temperature;
    }

    /** Drops the kept tokens that come after one in the order; returns the weight of the rest. */
    private double keep(long last) {
        int count = 0;
        double total = 0;
        for (int i = 0; i < keptCount; i++) {
            int token = kept[i];
            boolean within = order(token) <= last;
            kept[count] = token;
            count += within ? 1 : 0;
            total += within ? weights[token] : 0;
        }
        keptCount = count;
        return total;
    }

    /** Drops the kept tokens below a share of the weightiest one's weight; returns the weight of the rest. */
    private double keepFromShare(double share) {
        float top = 0;
        for (int i = 0; i < keptCount; i++) {
            top = Math.max(top, weights[kept[i]]);
        }
        double limit = share * top;
        int count = 0;
        double total = 0;
        for (int i = 0; i < keptCount; i++) {
            int token = kept[i];
            boolean within = weights[token] >= limit;
            kept[count] = token;
            count += within ? 1 : 0;
            total += within ? weights[token] : 0;
        }
        keptCount = count;
        return total;
    }

    private int pick(double target) {
        double before = 0;
        for (int i = 0; i < keptCount; i++) {
            before += weights[kept[i]];
            if (before > target) {
                return kept[i];
            }
        }
        return kept[keptCount - 1];
    }

    /**
     * The order of the last of the kept tokens that are needed, first in order first, to reach an amount.
     *
     * @param counted whether each token is one of the amount, not its weight
     */
    private long lastToReach(double needed, boolean counted) {
        Arrays.fill(classAmounts, 0);
        for (int i = 0; i < keptCount; i++) {
            classAmounts[keys[kept[i]] >>> CLASS_SHIFT] += counted ? 1 : weights[kept[i]];
        }
        int boundary = 0;
        double reached = 0;
        while (boundary < classAmounts.length - 1 && reached + classAmounts[boundary] < needed) {
            reached += classAmounts[boundary];
            boundary++;
        }
        return lastOfClass(boundary, needed - reached, counted);
    }

    /** Sorts the one class in which the amount is reached, and returns the order of the token that reaches it. */
    private long lastOfClass(int boundary, double needed, boolean counted) {
        int size = 0;
        for (int i = 0; i < keptCount; i++) {
            if (keys[kept[i]] >>> CLASS_SHIFT == boundary) {
                members[size++] = order(kept[i]);
            }
        }
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        Arrays.sort(members, 0, size);
        double reached = 0;
        for (int i = 0; i < size; i++) {
            reached += counted ? 1 : weights[(int) members[i]];
            if (reached >= needed) {
                return members[i];
            }
        }
        return members[size - 1];
    }

    /** The key, and of equal ones the lower id first. */
    private long order(int token) {
        return ((long) keys[token] << 32) | token;
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
