package io.insula.chaos;

import java.util.Arrays;
import java.util.List;

/** Percentiles of a sample by nearest rank; all zero for an empty one. */
record Percentiles(double[] sorted) {

    static Percentiles of(List<Double> samples) {
        double[] sorted = samples.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return new Percentiles(sorted);
    }

    /**
     * The sample that so many in a hundred do not exceed.
     *
     * @param percent more than 0 and at most 100
     */
    double at(double percent) {
        return sorted.length == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(percent / 100 * sorted.length) - 1)];
    }

    double most() {
        return at(100);
    }
}
