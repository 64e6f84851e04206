package io.insula.launcher.config;

import io.insula.store.CacheConfig;
import io.insula.store.UsageWriterConfig;
import java.time.Duration;

/** Reads what the store is told: which database, how much is remembered, how usage is gathered. */
final class StoreSettings {

    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private StoreSettings() {}

    static DatabaseConfig database(Settings settings) {
        return new DatabaseConfig(
                settings.text(
                        "database.url",
                        "",
                        "postgresql://user:password@host:port/database; empty: the embedded PostgreSQL"),
                settings.flag(
                        "database.migrate",
                        true,
                        "a start brings the schema up to date, under the account of database.url; false: 'insula migrate'"
                                + " has, and database.url needs no user"),
                settings.text(
                        "database.pepper-file",
                        "",
                        "secret that access keys are hashed with, equal on every node; empty: <home>/pepper"),
                settings.integer("database.pool-size", 8, 2, 1000, "connections of one program"),
                settings.integer("database.max-wait-queue", 1024, 0, 1_000_000, "calls that may wait for a connection"),
                settings.integer("database.pipelining", 16, 1, 1024, "statements on their way on one connection"),
                settings.duration(
                        "database.timeout", Duration.ofSeconds(2), MILLI, HOUR, "for a connection and for a call"));
    }

    static CacheConfig cache(Settings settings) {
        CacheConfig standard = CacheConfig.DEFAULT;
        return new CacheConfig(
                settings.integer(
                        "cache.max-entries", standard.maxEntries(), 1, 100_000_000, "keys, and configs, remembered"),
                settings.duration(
                        "cache.time-to-live",
                        standard.timeToLive(),
                        MILLI,
                        HOUR,
                        "the longest that a missed change can go unnoticed"),
                settings.integer(
                        "cache.max-absent",
                        standard.maxAbsent(),
                        1,
                        100_000_000,
                        "unknown keys, and configs, remembered, apart from the known"),
                settings.duration(
                        "cache.absent-time-to-live",
                        standard.absentTimeToLive(),
                        MILLI,
                        HOUR,
                        "how long an absence is remembered"),
                settings.duration(
                        "cache.grace",
                        standard.grace(),
                        Duration.ZERO,
                        DAY,
                        "how long known keys and configs stay good beyond their time while the database is away"));
    }

    static UsageWriterConfig usage(Settings settings) {
        UsageWriterConfig standard = UsageWriterConfig.DEFAULT;
        return new UsageWriterConfig(
                settings.integer("usage.batch-size", standard.batchSize(), 1, 10_000, "usage rows written at once"),
                settings.duration(
                        "usage.flush-interval",
                        standard.flushInterval(),
                        MILLI,
                        HOUR,
                        "the longest that a usage row waits for others"),
                settings.integer(
                        "usage.max-pending",
                        standard.maxPending(),
                        10_000,
                        100_000_000,
                        "usage rows kept in memory while the database is away; more wait in files alone"),
                settings.duration(
                        "usage.close-limit",
                        standard.closeLimit(),
                        MILLI,
                        HOUR,
                        "how long a stopping program tries to write the last usage rows; the rest stays in files"));
    }
}
