package io.insula.bench;

import java.util.Arrays;
import java.util.List;

/** Percentiles of a sample by nearest rank. */
final class Percentiles {

    private final double[] sorted;

    private Percentiles(double[] sorted) {
        this.sorted = sorted;
    }

    /**
     * @param samples at least one value in all
     */
    static Percentiles of(List<double[]> samples) {
        double[] all = samples.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
        if (all.length == 0) {
            throw new IllegalArgumentException("samples: none (expected: at least one)");
        }
        return new Percentiles(all);
    }

    /**
     * @param percent more than 0 and at most 100
     */
    double at(double percent) {
        return sorted[Math.max(0, (int) Math.ceil(percent / 100 * sorted.length) - 1)];
    }
}
