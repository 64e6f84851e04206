package io.insula.store;

import java.time.Duration;

/**
 * How much of the store is remembered, and how long.
 *
 * @param maxEntries at least 1; entries found
 * @param timeToLive the longest that a missed notification can go unnoticed
 * @param maxAbsent at least 1; what was asked for and does not exist, apart so that a flood of it displaces nothing else
 * @param absentTimeToLive how long the absence of something is remembered
 */
public record CacheConfig(int maxEntries, Duration timeToLive, int maxAbsent, Duration absentTimeToLive) {

    public static final CacheConfig DEFAULT =
            new CacheConfig(10_000, Duration.ofSeconds(60), 10_000, Duration.ofSeconds(5));

    public CacheConfig {
        if (maxEntries < 1) {
            throw new IllegalArgumentException("max entries: " + maxEntries + " (expected: at least 1)");
        }
        if (maxAbsent < 1) {
            throw new IllegalArgumentException("max absent: " + maxAbsent + " (expected: at least 1)");
        }
        if (!timeToLive.isPositive()) {
            throw new IllegalArgumentException("time to live: " + timeToLive + " (expected: above 0)");
        }
        if (!absentTimeToLive.isPositive()) {
            throw new IllegalArgumentException("absent time to live: " + absentTimeToLive + " (expected: above 0)");
        }
    }

    /** The same sizes with another time to live; absence is never remembered longer than presence. */
    public CacheConfig withTimeToLive(Duration other) {
        return new CacheConfig(
                maxEntries, other, maxAbsent, absentTimeToLive.compareTo(other) < 0 ? absentTimeToLive : other);
    }
}
