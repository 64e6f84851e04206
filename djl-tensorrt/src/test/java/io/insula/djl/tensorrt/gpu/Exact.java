package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a model must give, in float64, and how large a rounding error can become.
 *
 * <p>A sum of products computed in float32 differs from the exact one by at most (number of terms) · 2⁻²⁴ · (the sum of the
 * products' magnitudes), whatever the order (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). Through several
 * layers the numbers of terms add up, and the magnitudes are those of the same layers with every value taken positive.
 */
final class Exact {

    /** Factors of products keep 10 bits of mantissa where a GPU computes float32 on its tensor cores. */
    static final double TF32 = 0x1p-11;

    private final double[] values;
    private final double[] magnitudes;
    private final int terms;
    private final int products;

    /**
     * Results.
     *
     * @param values the exact results
     * @param magnitudes the results with all inputs and weights taken positive
     * @param terms how many terms there are in the sums that a result went through one after another
     * @param products how many products of a value and a weight a result went through one after another
     */
    Exact(double[] values, double[] magnitudes, int terms, int products) {
        this.values = values;
        this.magnitudes = magnitudes;
        this.terms = terms;
        this.products = products;
    }

    /** Checks results that were rounded to a type after each layer, with factors of products rounded before. */
    void check(float[] results, Numbers type, double factorRounding) {
        assertThat(results).hasSize(values.length);
        double relative = type.sumRounding(terms) + products * (2 * factorRounding + 2 * type.roundoff());
        for (int i = 0; i < values.length; i++) {
            double bound = relative * magnitudes[i];
            assertThat(Math.abs(results[i] - values[i]))
                    .as("result %d: %s (expected: %s within %s)", i, results[i], values[i], bound)
                    .isLessThanOrEqualTo(bound);
        }
    }

    /** The largest error in units of the largest magnitude. */
    double worst(float[] results) {
        double worst = 0;
        double scale = 0;
        for (int i = 0; i < values.length; i++) {
            worst = Math.max(worst, Math.abs(results[i] - values[i]));
            scale = Math.max(scale, magnitudes[i]);
        }
        return worst / scale;
    }
}
