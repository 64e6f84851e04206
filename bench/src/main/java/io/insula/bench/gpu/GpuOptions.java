package io.insula.bench.gpu;

import io.insula.inference.graph.tensorrt.Dialect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the GPU benchmark measures.
 *
 * @param plans the folder of built plans; 48 GiB of them are kept
 * @param chunk tokens of a prompt that one run takes
 * @param dialect which layers networks are made of
 * @param optimizationLevel how long TensorRT searches for kernels, 0..5
 * @param leastBucket the shortest length that caches are laid out for
 * @param warmUp decode steps before those that are timed
 * @param steps decode steps of a timed round
 * @param rounds of which the median counts
 * @param limit after it no case is begun
 * @param python of the peer, or null where it is not to run
 * @param sizes of the device's own figures
 */
record GpuOptions(
        Path plans,
        int chunk,
        Dialect dialect,
        int optimizationLevel,
        int leastBucket,
        int warmUp,
        int steps,
        int rounds,
        Duration limit,
        @Nullable String python,
        DeviceProbe.Sizes sizes) {

    static final long PLAN_BYTES = 48L << 30;

    static final List<Integer> BATCHES = List.of(1, 8, 32, 64);
    static final List<Integer> CONTEXTS = List.of(512, 2048, 8192);
    /** Of a first impression. */
    static final List<Integer> QUICK_CONTEXTS = List.of(512, 2048);

    GpuOptions {
        check("warmUp", warmUp, warmUp >= 1, ">= 1");
        check("steps", steps, steps >= 1, ">= 1");
        check("rounds", rounds, rounds >= 1, ">= 1");
        check("limit", limit, limit.isPositive(), "a positive duration");
    }

    /** Five rounds of 20 steps, kernels as TensorRT's default searches for them. */
    static GpuOptions full(Path plans, Duration limit, @Nullable String python) {
        return new GpuOptions(plans, 512, Dialect.PORTABLE, 3, 256, 3, 20, 5, limit, python, DeviceProbe.Sizes.full());
    }

    /** Three rounds of ten steps. */
    static GpuOptions quick(Path plans, Duration limit, @Nullable String python) {
        return new GpuOptions(plans, 512, Dialect.PORTABLE, 3, 256, 3, 10, 3, limit, python, DeviceProbe.Sizes.full());
    }

    /** Networks of other layers, and kernels searched for longer or shorter. */
    GpuOptions withPlans(Dialect other, int level) {
        return new GpuOptions(plans, chunk, other, level, leastBucket, warmUp, steps, rounds, limit, python, sizes);
    }

    /** Decode steps of a case. */
    int decoded() {
        return warmUp + steps * rounds;
    }

    /** The mean length of a sequence over the timed steps of a case that ends with {@code context} tokens. */
    double meanLength(int context) {
        return context - (steps * rounds - 1) / 2.0;
    }

    private static void check(String name, Object value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
