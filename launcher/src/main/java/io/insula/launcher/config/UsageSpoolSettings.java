package io.insula.launcher.config;

import io.insula.store.UsageWriterConfig;
import io.insula.store.spool.SpoolConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How usage rows are kept until the database has them.
 *
 * @param directory empty: in the home
 * @param maxBytes of all files of one program
 * @param syncInterval how long a row may wait to be safe from a loss of power
 */
public record UsageSpoolSettings(String directory, long maxBytes, Duration syncInterval) {

    private static final long DEFAULT_BYTES = 1L << 30;
    private static final long MOST_BYTES = 1L << 40;

    static UsageSpoolSettings from(Settings settings) {
        return new UsageSpoolSettings(
                settings.text(
                        "usage.spool-directory",
                        "",
                        "where usage rows are kept until the database has them; empty: <home>/usage"),
                settings.size(
                        "usage.spool-size",
                        DEFAULT_BYTES,
                        SpoolConfig.FILE_BYTES,
                        MOST_BYTES,
                        "size that the kept usage rows may reach; about 130 bytes a row"),
                settings.duration(
                        "usage.spool-sync-interval",
                        Duration.ofMillis(20),
                        Duration.ofMillis(1),
                        Duration.ofMinutes(1),
                        "how long a usage row may wait to be safe from a loss of power"));
    }

    /** Where and how the rows are kept, as many in memory as the writer may have. */
    public SpoolConfig in(Path standard, UsageWriterConfig writer) {
        return new SpoolConfig(
                directory.isEmpty() ? standard : Path.of(directory),
                writer.maxPending(),
                maxBytes,
                SpoolConfig.FILE_BYTES,
                syncInterval);
    }
}
