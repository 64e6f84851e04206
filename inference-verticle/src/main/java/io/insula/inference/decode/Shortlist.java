package io.insula.inference.decode;

import io.insula.protocol.SamplingParameters;
import java.util.Arrays;

/**
 * The tokens that outlast the stages which drop some: top-k, typical-p, top-p, min-p, each on what the one before it left.
 *
 * <p>A stage gives every token a key and keeps the first ones until they reach an amount of tokens or of weight. Only the
 * tokens of the one class of keys in which the amount is reached are sorted.
 *
 * <p><b>Order:</b> sums run over ascending ids; of equal keys the lower id comes first.
 *
 * <p><b>Thread:</b> one at a time; reused from row to row.
 */
final class Shortlist {

    /** Keys are a float's bits and fall into classes by exponent and the top bits of the mantissa: 16 to the octave. */
    private static final int CLASS_SHIFT = 19;

    /** Least weights of octaves: where the heavier tokens settle a drawing, the lighter ones are not looked at. */
    private static final float[] LIMITS = {0x1p-8f, Octaves.LEAST, 0};

    private static final int CLASSES = (Integer.MAX_VALUE >>> CLASS_SHIFT) + 1;

    private final Candidates candidates;
    private final float[] weights;
    private final double[] blockWeights;
    private final int vocabulary;
    /** What decides a token's place in the order of the current stage: not negative, smaller comes first. */
    private final int[] keys;

    private final int[] kept;
    private final long[] members;
    private final double[] classAmounts = new double[CLASSES];
    private final double[] octaveWeights = new double[Octaves.COUNT];
    private int keptCount;

    /**
     * @param weights of all candidates, filled anew for each row; the largest is one
     * @param blockWeights their sums over {@link Candidates#BLOCK} neighbours
     * @param vocabulary tokens that there are, be they candidates or not
     */
    Shortlist(Candidates candidates, float[] weights, double[] blockWeights, int vocabulary) {
        this.candidates = candidates;
        this.weights = weights;
        this.blockWeights = blockWeights;
        this.vocabulary = vocabulary;
        this.keys = new int[weights.length];
        // One more than there are tokens: a place is written before it is known whether it counts.
        this.kept = new int[weights.length + 1];
        this.members = new long[weights.length];
    }

    /**
     * Draws from all.
     *
     * @param weight the sum of all weights
     */
    int drawFromAll(double weight, double uniform) {
        double target = uniform * weight;
        for (float limit : LIMITS) {
            gather(limit);
            if (weighOctaves() > target) {
                break;
            }
        }
        return pick(target);
    }

    /**
     * Draws from what is left.
     *
     * @param weight the sum of all weights
     */
    int draw(SamplingParameters parameters, double weight, double uniform) {
        double total = weight;
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
            keyByWeight();
            total = keep(lastOfWeight(parameters.minP() * greatestWeight()));
        }
        weighOctaves();
        return pick(uniform * total);
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
        return Math.max((1 - parameters.topP()) * total / vocabulary, parameters.minP());
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
        int count = 0;
        for (int block = 0; block < blockWeights.length; block++) {
            // None weighs more than all of them.
            if (blockWeights[block] >= limit) {
                count = gather(block * Candidates.BLOCK, limit, count);
            }
        }
        keptCount = count;
    }

    /** Of one block; without a branch, which the processor would guess wrong half the time. */
    private int gather(int from, float limit, int before) {
        int count = before;
        int to = Math.min(from + Candidates.BLOCK, weights.length);
        for (int token = from; token < to; token++) {
            kept[count] = token;
            count += weights[token] >= limit ? 1 : 0;
        }
        return count;
    }

    /** The more probable token has the smaller key. */
    private void keyByWeight() {
        for (int i = 0; i < keptCount; i++) {
            keys[kept[i]] = weightKey(weights[kept[i]]);
        }
    }

    private static int weightKey(float weight) {
        return Integer.MAX_VALUE - Float.floatToRawIntBits(weight);
    }

    /**
     * The token whose information is nearer to the expected information has the smaller key.
     *
     * @param total the weight of the kept tokens
     */
    private void keyByTypicality(double total, double temperature) {
        double expected = 0;
        for (int i = 0; i < keptCount; i++) {
            expected -= weights[kept[i]] * candidates.exponent(kept[i], temperature);
        }
        // Information is log(total) - exponent; its logarithm is in the expectation too and falls out of the
        // difference.
        expected /= total;
        for (int i = 0; i < keptCount; i++) {
            keys[kept[i]] =
                    Float.floatToRawIntBits((float) Math.abs(-candidates.exponent(kept[i], temperature) - expected));
        }
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

    private float greatestWeight() {
        float greatest = 0;
        for (int i = 0; i < keptCount; i++) {
            greatest = Math.max(greatest, weights[kept[i]]);
        }
        return greatest;
    }

    /** The order of the last token that could weigh this much or more, by the keys of weights. */
    private static long lastOfWeight(double limit) {
        float rounded = (float) limit;
        float least = rounded < limit ? Math.nextUp(rounded) : rounded;
        return order(weightKey(least), Integer.MAX_VALUE);
    }

    /** Adds up the kept tokens of each octave; returns the weight of all of them. */
    private double weighOctaves() {
        Arrays.fill(octaveWeights, 0);
        for (int i = 0; i < keptCount; i++) {
            octaveWeights[Octaves.of(weights[kept[i]])] += weights[kept[i]];
        }
        double total = 0;
        for (int octave = Octaves.COUNT - 1; octave >= 0; octave--) {
            total += octaveWeights[octave];
        }
        return total;
    }

    /** The kept token at which the cumulative weight exceeds a target, in the order of octaves; the last one where none does. */
    private int pick(double target) {
        double before = 0;
        double first = 0;
        int met = Octaves.COUNT - 1;
        for (int octave = met; octave >= 0 && !(before > target); octave--) {
            if (octaveWeights[octave] > 0) {
                met = octave;
                first = before;
                before += octaveWeights[octave];
            }
        }
        double reached = first;
        int last = kept[0];
        for (int i = 0; i < keptCount && !(reached > target); i++) {
            if (Octaves.of(weights[kept[i]]) == met) {
                last = kept[i];
                reached += weights[last];
            }
        }
        return last;
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
        return order(keys[token], token);
    }

    private static long order(int key, int token) {
        return ((long) key << 32) | token;
    }
}
