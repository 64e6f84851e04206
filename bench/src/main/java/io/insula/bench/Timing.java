package io.insula.bench;

import java.util.Arrays;
import java.util.List;

/**
 * What a block of steps took.
 *
 * @param wallMillis per step
 * @param cpuMillis per step, of all threads of this process
 */
record Timing(double wallMillis, double cpuMillis) {

    static Timing of(int steps, Runnable block) {
        long cpu = ProcessClock.nanos();
        long wall = System.nanoTime();
        block.run();
        long wallNanos = System.nanoTime() - wall;
        long cpuNanos = ProcessClock.nanos() - cpu;
        return new Timing(wallNanos / 1e6 / steps, cpuNanos / 1e6 / steps);
    }

    /** Wall and CPU medians, each on its own. */
    static Timing median(List<Timing> timings) {
        double[] wall =
                timings.stream().mapToDouble(Timing::wallMillis).sorted().toArray();
        double[] cpu = timings.stream().mapToDouble(Timing::cpuMillis).sorted().toArray();
        return new Timing(middle(wall), middle(cpu));
    }

    private static double middle(double[] sorted) {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("timings: none (expected: at least one)");
        }
        return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
                .average()
                .orElseThrow();
    }
}
