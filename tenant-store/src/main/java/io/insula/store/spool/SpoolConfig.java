package io.insula.store.spool;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where usage rows are kept until the ledger has them, and how many.
 *
 * @param directory of the files; may be shared by several programs on one machine
 * @param maxRows at least 2; rows also held in memory, about 300 bytes each; more wait in files alone, and return a whole file
 *     at a time
 * @param maxBytes at least one file's size; all files of one program together
 * @param fileBytes at least 64 KiB; size at which a file is followed by the next
 * @param syncInterval above zero; how long a row may wait to be safe from a loss of power
 */
public record SpoolConfig(Path directory, int maxRows, long maxBytes, long fileBytes, Duration syncInterval) {

    /** Rows in one file are read at once when they return to memory. */
    public static final long FILE_BYTES = 4L << 20;

    private static final long LEAST_FILE_BYTES = 64L << 10;

    public SpoolConfig {
        if (maxRows < 2) {
            throw new IllegalArgumentException("max rows: " + maxRows + " (expected: at least 2)");
        }
        if (fileBytes < LEAST_FILE_BYTES) {
            throw new IllegalArgumentException(
                    "file bytes: " + fileBytes + " (expected: at least " + LEAST_FILE_BYTES + ")");
        }
        if (maxBytes < fileBytes) {
            throw new IllegalArgumentException(
                    "max bytes: " + maxBytes + " (expected: at least a file's size, " + fileBytes + ")");
        }
        if (!syncInterval.isPositive()) {
            throw new IllegalArgumentException("sync interval: " + syncInterval + " (expected: above 0)");
        }
    }
}
