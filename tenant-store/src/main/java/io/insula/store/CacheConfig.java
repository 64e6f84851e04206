package io.insula.store;

import java.time.Duration;

/**
 * How much of the store is remembered, and how long.
 *
 * @param maxEntries at least 1; entries found
 * @param timeToLive the longest that a missed notification can go unnoticed
 * @param maxAbsent at least 1; what was asked for and does not exist, apart so that a flood of it displaces nothing else
 * @param absentTimeToLive how long the absence of something is remembered
 * @param grace how long beyond its time what is remembered stays good while the store cannot be asked; zero: not at all
 */
public record CacheConfig(
        int maxEntries, Duration timeToLive, int maxAbsent, Duration absentTimeToLive, Duration grace) {

    public static final CacheConfig DEFAULT =
            new CacheConfig(10_000, Duration.ofSeconds(60), 10_000, Duration.ofSeconds(5), Duration.ofMinutes(10));

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
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace: " + grace + " (expected: at least 0)");
        }
    }

    /** The same with another grace. */
    public CacheConfig withGrace(Duration other) {
        return new CacheConfig(maxEntries, timeToLive, maxAbsent, absentTimeToLive, other);
    }

    /** The same sizes with another time to live; absence is never remembered longer than presence. */
    public CacheConfig withTimeToLive(Duration other) {
        return new CacheConfig(
                maxEntries, other, maxAbsent, absentTimeToLive.compareTo(other) < 0 ? absentTimeToLive : other, grace);
    }
}
