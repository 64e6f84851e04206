package io.insula.store;

import java.time.Duration;

/**
 * How usage rows are gathered on their way to the ledger.
 *
 * @param batchSize at least 1; rows written at once
 * @param flushInterval the longest that a row waits for others
 * @param maxPending at least the batch size; rows kept in memory while the ledger is away, about 300 bytes each
 * @param closeLimit how long the last rows are waited for
 */
public record UsageWriterConfig(int batchSize, Duration flushInterval, int maxPending, Duration closeLimit) {

    public static final UsageWriterConfig DEFAULT =
            new UsageWriterConfig(500, Duration.ofMillis(200), 100_000, Duration.ofSeconds(5));

    public UsageWriterConfig {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size: " + batchSize + " (expected: at least 1)");
        }
        if (flushInterval.toMillis() < 1) {
            throw new IllegalArgumentException("flush interval: " + flushInterval + " (expected: at least 1 ms)");
        }
        if (maxPending < batchSize) {
            throw new IllegalArgumentException(
                    "max pending: " + maxPending + " (expected: at least the batch size, " + batchSize + ")");
        }
        if (closeLimit.toMillis() < 1) {
            throw new IllegalArgumentException("close limit: " + closeLimit + " (expected: at least 1 ms)");
        }
    }
}
