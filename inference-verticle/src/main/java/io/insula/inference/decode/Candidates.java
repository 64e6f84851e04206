package io.insula.inference.decode;

import io.insula.inference.engine.StepLogits;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.TokenIds;
import java.util.Arrays;

/**
 * The tokens that one drawing may take, with their logits and weights: the stages between logits and a token work on it.
 *
 * <p>Every sum runs in one fixed order and the exponential is built from IEEE additions and multiplications alone, so equal
 * logits give equal draws on every machine. A logit of negative infinity, set by a stage, has weight zero.
 *
 * <p><b>Thread:</b> one at a time; reused from row to row.
 */
final class Candidates implements AdjustedLogits {

    private static final int LANES = 8;
    /** Neighbouring tokens of one {@link #blockWeights}. */
    static final int BLOCK = 256;

    private static final float LOWEST_EXPONENT = -88f;
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 355f / 512;
    private static final float LN2_LOW = -2.1219444e-4f;
    private static final float ROUNDING = 0x1.8p23f;
    private static final int EXPONENT_BIAS = 127;
    private static final int MANTISSA_BITS = 23;

    private final float[] logits;
    private final float[] weights;
    private final double[] blockWeights;
    private final int[] exponents;
    private final long[] allowed;
    private final float[] saved = new float[Long.SIZE];
    private final Shortlist shortlist;
    private float highest;

    Candidates(int vocabulary) {
        this(vocabulary, vocabulary);
    }

    /**
     * Some tokens by their places, in the order of their ids.
     *
     * @param size how many
     * @param vocabulary at least as many
     */
    Candidates(int size, int vocabulary) {
        if (size < 1) {
            throw new IllegalArgumentException("vocabulary: " + size + " (expected: >= 1)");
        }
        this.logits = new float[size];
        this.weights = new float[size];
        this.blockWeights = new double[(size + BLOCK - 1) / BLOCK];
        this.exponents = new int[size];
        this.allowed = new long[(size + Long.SIZE - 1) / Long.SIZE];
        this.shortlist = new Shortlist(this, weights, blockWeights, vocabulary);
    }

    /** Takes a row of logits, all of it. */
    void load(StepLogits rows, int row) {
        rows.copyRow(row, logits);
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

    /** Takes finite logits of as many tokens as there are places. */
    void load(float[] values) {
        System.arraycopy(values, 0, logits, 0, logits.length);
        highest = top();
    }

    @Override
    public double logit(int token) {
        return logits[token];
    }

    @Override
    public void setLogit(int token, double logit) {
        logits[token] = (float) logit;
    }

    @Override
    public void mask(int token) {
        logits[token] = Float.NEGATIVE_INFINITY;
    }

    @Override
    public void keepOnly(long[] words, TokenIds besides) {
        int known = Math.min(words.length, allowed.length);
        System.arraycopy(words, 0, allowed, 0, known);
        Arrays.fill(allowed, known, allowed.length, 0);
        for (int i = 0; i < besides.size(); i++) {
            allowed[besides.get(i) / Long.SIZE] |= 1L << besides.get(i);
        }
        for (int word = 0; word < allowed.length; word++) {
            if (allowed[word] != -1) {
                mask(word * Long.SIZE, allowed[word]);
            }
        }
    }

    /** Masks the tokens of one word whose bits are not set; a few steps where few bits are of one kind. */
    private void mask(int from, long word) {
        int to = Math.min(from + Long.SIZE, logits.length);
        long inVocabulary = -1L >>> (from + Long.SIZE - to);
        long bits = word & inVocabulary;
        if (Long.bitCount(bits) > Long.SIZE / 2) {
            for (long masked = ~bits & inVocabulary; masked != 0; masked &= masked - 1) {
                logits[from + Long.numberOfTrailingZeros(masked)] = Float.NEGATIVE_INFINITY;
            }
            return;
        }
        int count = 0;
        for (long kept = bits; kept != 0; kept &= kept - 1) {
            saved[count++] = logits[from + Long.numberOfTrailingZeros(kept)];
        }
        Arrays.fill(logits, from, to, Float.NEGATIVE_INFINITY);
        count = 0;
        for (long kept = bits; kept != 0; kept &= kept - 1) {
            logits[from + Long.numberOfTrailingZeros(kept)] = saved[count++];
        }
    }

    /** Ends the changes of single logits. */
    void adjusted() {
        if (!settled()) {
            throw new SamplingException(
                    highest == Float.NEGATIVE_INFINITY
                            ? "logits: every token is masked (expected: one that may be drawn)"
                            : "logits: " + highest + " after bias and penalties (expected: finite numbers)");
        }
    }

    /** Ends the changes of single logits; false where no token may be drawn, or one is not finite. */
    boolean settled() {
        highest = top();
        return Float.isFinite(highest);
    }

    /** The highest logit. */
    float highest() {
        return highest;
    }

    /** A token's weight, as {@link #weigh} left it. */
    float weight(int token) {
        return weights[token];
    }

    /** The highest logit; NaN where one is. Four at a time, so that the processor need not wait for the one before. */
    private float top() {
        float a = Float.NEGATIVE_INFINITY;
        float b = a;
        float c = a;
        float d = a;
        int i = 0;
        for (; i + 4 <= logits.length; i += 4) {
            a = Math.max(a, logits[i]);
            b = Math.max(b, logits[i + 1]);
            c = Math.max(c, logits[i + 2]);
            d = Math.max(d, logits[i + 3]);
        }
        for (; i < logits.length; i++) {
            a = Math.max(a, logits[i]);
        }
        return Math.max(Math.max(a, b), Math.max(c, d));
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

    /** Draws from the whole distribution by inverting its cumulative weight in the order of {@link Octaves}. */
    int draw(double temperature, double uniform) {
        return shortlist.drawFromAll(weigh(temperature), uniform);
    }

    /** Draws after the stages that drop tokens. */
    int drawTruncated(SamplingParameters parameters, double uniform) {
        return shortlist.draw(parameters, weigh(parameters.temperature()), uniform);
    }

    /** Draws after the stages that drop tokens, from weights that are there and that weigh so much with all others. */
    int drawTruncated(SamplingParameters parameters, double total, double uniform) {
        return shortlist.draw(parameters, total, uniform);
    }

    /** The exponent that a token's weight has at a temperature: 0 for the most probable one. */
    double exponent(int token, double temperature) {
        return ((double) logits[token] - highest) / temperature;
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
        for (int block = 0; block < blockWeights.length; block++) {
            int from = block * BLOCK;
            blockWeights[block] = sum(from, Math.min(from + BLOCK, weights.length));
            total += blockWeights[block];
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
