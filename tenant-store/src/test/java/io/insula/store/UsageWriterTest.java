package io.insula.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class UsageWriterTest {

    private static final Duration NEVER = Duration.ofHours(1);
    private static final int POISON = 666;

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<List<UsageEntry>> written = new LinkedBlockingQueue<>();
    private final List<StoreException> failures = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void writesAFullBatchAtOnce() throws Exception {
        UsageWriter writer = writer(3, NEVER, 100);

        record(writer, 1, 2, 3);

        assertThat(tokens(written.take())).containsExactly(1, 2, 3);
    }

    @Test
    void writesAPartOfABatchAfterTheInterval() throws Exception {
        UsageWriter writer = writer(100, Duration.ofMillis(5), 100);

        record(writer, 1);

        assertThat(tokens(written.take())).containsExactly(1);
    }

    @Test
    void writesTheRestWhenClosed() throws Exception {
        UsageWriter writer = writer(2, NEVER, 100);
        record(writer, 1, 2, 3, 4, 5);

        writer.close().await(10, TimeUnit.SECONDS);

        assertThat(written.stream().flatMap(batch -> tokens(batch).stream())).containsExactly(1, 2, 3, 4, 5);
        assertThat(writer.pending()).isZero();
        assertThat(writer.written()).isEqualTo(5);
    }

    @Test
    void writesABatchAgainThatTheLedgerWasAwayFor() throws Exception {
        failures.add(away());
        failures.add(away());
        UsageWriter writer = writer(2, NEVER, 100);

        record(writer, 1, 2);

        assertThat(tokens(written.take())).containsExactly(1, 2);
        writer.close().await(10, TimeUnit.SECONDS);
        assertThat(writer.lost()).isZero();
    }

    @Test
    void singlesOutARowThatTheLedgerRefuses() throws Exception {
        UsageWriter writer = writer(8, NEVER, 100);

        record(writer, 1, 2, 3, POISON, 5, 6, 7, 8);
        writer.close().await(10, TimeUnit.SECONDS);

        assertThat(written.stream().flatMap(batch -> tokens(batch).stream())).containsExactly(1, 2, 3, 5, 6, 7, 8);
        assertThat(writer.lost()).isEqualTo(1);
        assertThat(writer.pending()).isZero();
    }

    @Test
    void losesRowsOnlyBeyondItsBoundAndCountsThem() {
        UsageWriter writer = writer(10, NEVER, 10);
        IntStream.range(0, 1000).forEach(i -> failures.add(away()));

        IntStream.range(0, 25).forEach(i -> record(writer, i));

        assertThat(writer.pending()).isEqualTo(10);
        assertThat(writer.lost()).isEqualTo(15);
    }

    @Test
    void endsInTimeAndCountsItsRowsLostWhenTheLedgerStaysAway() throws Exception {
        IntStream.range(0, 1000).forEach(i -> failures.add(away()));
        UsageWriter writer =
                new UsageWriter(vertx, this::append, new UsageWriterConfig(10, NEVER, 100, Duration.ofMillis(50)));
        record(writer, 1, 2, 3);

        writer.close().await(10, TimeUnit.SECONDS);
        record(writer, 4);

        assertThat(writer.lost()).isEqualTo(4);
    }

    private UsageWriter writer(int batchSize, Duration interval, int maxPending) {
        return new UsageWriter(
                vertx, this::append, new UsageWriterConfig(batchSize, interval, maxPending, Duration.ofSeconds(10)));
    }

    private synchronized Future<Void> append(List<UsageEntry> entries) {
        if (!failures.isEmpty()) {
            return Future.failedFuture(failures.removeFirst());
        }
        if (entries.stream().anyMatch(entry -> entry.completionTokens() == POISON)) {
            return Future.failedFuture(new StoreException("refused", new IllegalArgumentException()));
        }
        written.add(List.copyOf(entries));
        return Future.succeededFuture();
    }

    private static StoreUnavailable away() {
        return new StoreUnavailable("away", new TimeoutException());
    }

    private static void record(UsageWriter writer, int... completionTokens) {
        for (int tokens : completionTokens) {
            writer.record(new UsageEntry(
                    new RequestId(UUID.randomUUID()),
                    TenantId.DEFAULT,
                    null,
                    null,
                    new ModelName("m"),
                    1,
                    tokens,
                    0,
                    0,
                    0,
                    0,
                    "stop",
                    1));
        }
    }

    private static List<Integer> tokens(List<UsageEntry> entries) {
        return entries.stream().map(UsageEntry::completionTokens).toList();
    }
}
