package io.insula.store.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.store.StoreUnavailable;
import io.insula.store.UsageEntry;
import io.insula.store.UsageWriter;
import io.insula.store.UsageWriterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UsageSpoolTest {

    private final Vertx vertx = Vertx.vertx();
    private final List<Integer> ledger = new ArrayList<>();
    private volatile boolean away;

    @TempDir
    private Path home;

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void rowsReachTheLedgerAndLeaveNoFile() throws Exception {
        UsageSpool spool = open(100, 1L << 20);
        Rows.numbered(0, 50).forEach(spool::record);
        spool.close().await(10, TimeUnit.SECONDS);

        assertThat(written())
                .containsExactlyElementsOf(IntStream.range(0, 50).boxed().toList());
        assertThat(files()).isEmpty();
        assertThat(spool.pending()).isZero();
        assertThat(spool.lost()).isZero();
    }

    @Test
    void whatTheLedgerWasAwayForIsWrittenAtTheNextStart() throws Exception {
        away = true;
        UsageSpool first = open(1000, 1L << 20);
        Rows.numbered(0, 500).forEach(first::record);
        first.close().await(10, TimeUnit.SECONDS);
        assertThat(written()).isEmpty();
        assertThat(first.lost()).isZero();
        assertThat(files()).isNotEmpty();

        away = false;
        UsageSpool second = open(1000, 1L << 20);
        until(() -> written().size() == 500);
        second.close().await(10, TimeUnit.SECONDS);

        assertThat(written())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 500).boxed().toList());
        assertThat(second.recovered()).isEqualTo(500);
        assertThat(files()).isEmpty();
    }

    @Test
    void moreThanMemoryHoldsWaitsInFilesAndComesBack() throws Exception {
        int rows = 20_000;
        away = true;
        UsageSpool spool = open(2_000, 64L << 20);
        keepAll(spool, rows);
        until(() -> spool.spooled() >= rows - 2_000);
        until(() -> spool.pending() == rows);
        assertThat(files()).hasSizeGreaterThan(10);

        away = false;
        until(() -> spool.pending() == 0);
        spool.close().await(10, TimeUnit.SECONDS);

        assertThat(written().stream().distinct()).hasSize(rows);
        assertThat(spool.lost()).isZero();
        assertThat(spool.unsafe()).isZero();
        assertThat(files()).isEmpty();
    }

    @Test
    void aTornRowIsReportedAndTheFileSetAside() throws Exception {
        SpoolFile file = SpoolFile.create(home.resolve("left" + SpoolFile.SUFFIX));
        file.append(Rows.numbered(0, 3));
        file.close();
        byte[] bytes = Files.readAllBytes(file.path());
        Files.write(file.path(), Arrays.copyOf(bytes, bytes.length - 1));

        UsageSpool spool = open(100, 1L << 20);
        until(() -> written().size() == 2 && files().stream().anyMatch(name -> name.endsWith(".damaged")));
        spool.close().await(10, TimeUnit.SECONDS);

        assertThat(written()).containsExactly(0, 1);
        assertThat(spool.damagedBytes()).isPositive();
        assertThat(files()).containsExactly("left.spool.damaged");
    }

    @Test
    void whatIsKeptIsInAFileWhenItIsSaidToBe() throws Exception {
        away = true;
        UsageSpool spool = open(100, 1L << 20);

        spool.keep(Rows.numbered(7)).await(10, TimeUnit.SECONDS);

        try (Stream<Path> left = Files.list(home)) {
            Path copy = Files.copy(left.findFirst().orElseThrow(), home.resolve("copy"));
            SpoolFile file = Objects.requireNonNull(SpoolFile.adopt(copy));
            assertThat(Rows.numbers(file.read().rows())).containsExactly(7);
            file.close();
        }
        spool.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void withoutFilesRowsGoOnFromMemoryUpToItsBound() throws Exception {
        Path noDirectory = Files.writeString(home.resolve("file"), "x");
        away = true;
        UsageSpool spool = UsageSpool.open(writer(), config(noDirectory, 10, 1L << 20));

        Future<Void> kept = spool.keep(Rows.numbered(0));
        until(kept::isComplete);
        assertThat(kept.failed()).isTrue();
        for (int i = 1; i < 25; i++) {
            int next = i;
            until(() -> spool.unsafe() + spool.lost() == next);
            spool.record(Rows.numbered(i));
        }
        until(() -> spool.unsafe() + spool.lost() == 25);
        assertThat(spool.unsafe()).isEqualTo(10);
        assertThat(spool.lost()).isEqualTo(15);

        away = false;
        spool.close().await(10, TimeUnit.SECONDS);
        assertThat(written())
                .containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
    }

    @Test
    void filesAreBoundedAndWhatIsBeyondIsLostAndCounted() throws Exception {
        int rows = 4_000;
        away = true;
        UsageSpool spool = open(1_000, 128L << 10);
        keepAll(spool, rows);
        until(() -> spool.pending() + spool.lost() == rows && spool.lost() > 0);

        away = false;
        until(() -> spool.pending() == 0);
        assertThat(written().stream().distinct().count() + spool.lost()).isEqualTo(rows);
        assertThat(spool.lost()).isLessThan(rows - 500);
        spool.close().await(10, TimeUnit.SECONDS);
    }

    /** No faster than the spool's thread takes them. */
    private static void keepAll(UsageSpool spool, int rows) {
        for (int i = 0; i < rows; i++) {
            Future<Void> kept = spool.keep(Rows.numbered(i));
            if (i % 500 == 0) {
                until(kept::isComplete);
            }
        }
    }

    private UsageSpool open(int maxRows, long maxBytes) {
        return UsageSpool.open(writer(), config(home, maxRows, maxBytes));
    }

    private static SpoolConfig config(Path directory, int maxRows, long maxBytes) {
        return new SpoolConfig(directory, maxRows, maxBytes, 64L << 10, Duration.ofMillis(5));
    }

    private UsageWriter writer() {
        return new UsageWriter(
                vertx, this::append, new UsageWriterConfig(100, Duration.ofMillis(5), 1000, Duration.ofMillis(300)));
    }

    private Future<Void> append(List<UsageEntry> entries) {
        if (away) {
            return Future.failedFuture(new StoreUnavailable("away", new TimeoutException()));
        }
        synchronized (ledger) {
            ledger.addAll(Rows.numbers(entries));
        }
        return Future.succeededFuture();
    }

    private List<Integer> written() {
        synchronized (ledger) {
            return List.copyOf(ledger);
        }
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(home)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.contains(SpoolFile.SUFFIX))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("nanoseconds").isLessThan(end);
            LockSupport.parkNanos(100_000);
        }
    }
}
