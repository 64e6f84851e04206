package io.insula.djl.tensorrt.plan;

import ai.djl.util.Utils;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where built plans and measured kernel times are kept.
 *
 * @param plans the folder of plans, or null to keep none
 * @param planBytes how many bytes of plans the folder may hold
 * @param timings the folder of kernel times, or null to keep none
 */
record CacheOptions(
        @Nullable Path plans, long planBytes, @Nullable Path timings) {
    static final String PROGRESS = "progress";

    private static final String PLANS = "planCache";
    private static final String PLAN_BYTES = "planCacheBytes";
    private static final String TIMINGS = "timingCache";
    private static final long DEFAULT_BYTES = 32L << 30;
    private static final long SMALLEST = 1L << 20;

    static List<String> keys() {
        return List.of(PLANS, PLAN_BYTES, TIMINGS, PROGRESS);
    }

    /** Reads a loader's options, and refuses mistyped ones of every kind that building knows. */
    static CacheOptions parse(Map<String, ?> options) {
        OptionReader reader = new OptionReader(options);
        OptionNames.check(options, List.of());
        Path usual = Utils.getEngineCacheDir("tensorrt").toAbsolutePath().normalize();
        return new CacheOptions(
                reader.path(PLANS, usual.resolve("plans")),
                reader.bytes(PLAN_BYTES, DEFAULT_BYTES, SMALLEST),
                reader.path(TIMINGS, usual.resolve("timings")));
    }
}
