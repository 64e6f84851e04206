package io.insula.chaos;

import java.util.List;

/** Percentiles of a sample by nearest rank; all zero for an empty one. */
record Percentiles(List<Double> sorted) {

    static Percentiles of(List<Double> samples) {
        return new Percentiles(samples.stream().sorted().toList());
    }

    /**
     * The sample that so many in a hundred do not exceed.
     *
     * @param percent more than 0 and at most 100
     */
    double at(double percent) {
        return sorted.isEmpty() ? 0 : sorted.get(Math.max(0, (int) Math.ceil(percent / 100 * sorted.size()) - 1));
    }

    double most() {
        return at(100);
    }
}
