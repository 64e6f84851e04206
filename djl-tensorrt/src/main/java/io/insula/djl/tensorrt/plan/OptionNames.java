package io.insula.djl.tensorrt.plan;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Refuses names of options that look like a known one's: what is mistyped must not be dropped silently. */
public final class OptionNames {

    private OptionNames() {}

    /**
     * Checks the names that a loader was given; names that are like none are others' and passed over.
     *
     * @param more names that are known besides those of building, caching and refitting
     */
    public static void check(Map<String, ?> options, List<String> more) {
        new OptionReader(options)
                .refuseMistyped(
                        Stream.of(BuildOptions.keys(), CacheOptions.keys(), List.of(RefitSource.REFIT_FROM), more)
                                .flatMap(List::stream)
                                .toList());
    }
}
