package io.insula.inference.decode;

/**
 * The order in which a drawing meets the tokens: by falling powers of two of their weights, ids ascending within one.
 *
 * <p>So the heaviest tokens are met first, by however much the others weigh, and a drawing that ends among them needs to know of
 * those no more than that. An order by weight alone would have to be sorted.
 *
 * <p><b>Units:</b> weights as {@link Candidates#weigh} computes them: one for the highest logit of all.
 */
final class Octaves {

    /** Whatever weighs less is in the last one. */
    static final float LEAST = 0x1p-16f;

    static final int COUNT = 18;

    private static final int MANTISSA_BITS = 23;
    private static final int LEAST_BITS = Float.floatToRawIntBits(LEAST) >>> MANTISSA_BITS;

    private Octaves() {}

    /** The octave of a weight of at most one, or a little more: {@link #COUNT} - 1 is met first, 0 last. */
    static int of(float weight) {
        return Math.max((Float.floatToRawIntBits(weight) >>> MANTISSA_BITS) - LEAST_BITS + 1, 0);
    }
}
