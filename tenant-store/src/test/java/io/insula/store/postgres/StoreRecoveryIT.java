package io.insula.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.postgres.EmbeddedPostgres;
import io.insula.protocol.ModelName;
import io.insula.protocol.TenantId;
import io.insula.store.CacheConfig;
import io.insula.store.Principal;
import io.insula.store.StoreUnavailable;
import io.insula.store.UsageWriter;
import io.insula.store.UsageWriterConfig;
import io.insula.store.spool.SpoolConfig;
import io.insula.store.spool.UsageSpool;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StoreRecoveryIT {

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path home;

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void goesOnAfterTheServerWasKilledAndForgetsWhatItRemembered() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home, TestDatabase.BINARIES)) {
            PostgresStore store = open(server);
            store.listening().await(10, TimeUnit.SECONDS);
            assertThat(store.accessKeys().find("default").await(10, TimeUnit.SECONDS))
                    .isPresent();
            long calls = store.storeCalls();

            ProcessHandle first = server.process();
            first.destroyForcibly();
            first.onExit().get();

            // Once the caches are cleared the key is asked for again; that may fail until the server is back.
            while (store.storeCalls() == calls) {
                store.accessKeys().find("default").otherwiseEmpty().await(10, TimeUnit.SECONDS);
            }
            awaitFound(store);
            store.close().await(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void failsWithinItsTimeWhileTheServerIsStoppedAndLosesNoUsage() throws Exception {
        TenantId tenant = TenantId.DEFAULT;
        int rows = 700;
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home, TestDatabase.BINARIES)) {
            PostgresStore store = open(server);
            UsageWriter writer = new UsageWriter(vertx, store.usage(), UsageWriterConfig.DEFAULT);
            store.listening().await(10, TimeUnit.SECONDS);

            signal("-STOP", server.process());
            server.process().descendants().forEach(child -> signal("-STOP", child));
            long begin = System.nanoTime();
            assertThatThrownBy(() -> store.accessKeys().find("sk-unknown").await(10, TimeUnit.SECONDS))
                    .isInstanceOf(StoreUnavailable.class);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
                    .as("milliseconds until the failure")
                    .isLessThan(4000);
            for (int i = 0; i < rows; i++) {
                writer.record(UsageLedgerIT.entry(tenant, UsageLedgerIT.requestAt(Instant.now()), i));
            }
            assertThat(writer.pending()).isEqualTo(rows);

            List<ProcessHandle> children = server.process().descendants().toList();
            server.process().destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);

            // The server comes back by itself, and what was recorded meanwhile reaches it.
            while (writer.pending() > 0) {
                store.accessKeys().find("sk-unknown").otherwiseEmpty().await(10, TimeUnit.SECONDS);
            }
            assertThat(TestDatabase.query(
                            StoreConfig.of(server.url()).withCredentials(server.user(), server.password()),
                            null,
                            "select count(*)::text from insula.usage_event"))
                    .containsExactly(Integer.toString(rows));
            assertThat(writer.lost()).isZero();
            writer.close().await(10, TimeUnit.SECONDS);
            store.close().await(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void whileTheServerIsStoppedKnownKeysStayGoodAndUsageWaitsInFiles() throws Exception {
        int rows = 20_000;
        CacheConfig cache = CacheConfig.DEFAULT.withTimeToLive(Duration.ofMillis(100));
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home, TestDatabase.BINARIES)) {
            PostgresStore store = open(server, cache);
            store.listening().await(10, TimeUnit.SECONDS);
            // The subscription's doubt comes with it; what is found from now on is remembered.
            store.caughtUp().await(10, TimeUnit.SECONDS);
            Principal known = store.accessKeys()
                    .find("default")
                    .await(10, TimeUnit.SECONDS)
                    .orElseThrow();
            UsageWriter writer = new UsageWriter(vertx, store.usage(), UsageWriterConfig.DEFAULT);
            UsageSpool spool = UsageSpool.open(
                    writer, new SpoolConfig(home.resolve("usage"), 5_000, 1L << 30, 256L << 10, Duration.ofMillis(20)));

            List<ProcessHandle> processes = Stream.concat(
                            Stream.of(server.process()), server.process().descendants())
                    .toList();
            try {
                processes.forEach(process -> signal("-STOP", process));
                assertThatThrownBy(() -> store.accessKeys().find("sk-unknown").await(10, TimeUnit.SECONDS))
                        .isInstanceOf(StoreUnavailable.class);
                assertThat(store.accessKeys().find("default").await(10, TimeUnit.SECONDS))
                        .contains(known);
                long begin = System.nanoTime();
                for (int i = 0; i < rows; i++) {
                    assertThat(store.accessKeys().find("default").await(10, TimeUnit.SECONDS))
                            .contains(known);
                    Future<Void> kept = spool.keep(
                            UsageLedgerIT.entry(TenantId.DEFAULT, UsageLedgerIT.requestAt(Instant.now()), i));
                    if (i % 1000 == 0) {
                        kept.await(10, TimeUnit.SECONDS);
                    }
                }
                // None of them waited for the server.
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
                assertThat(spool.spooled()).isPositive();
                assertThat(spool.pending()).isEqualTo(rows);
            } finally {
                processes.forEach(process -> signal("-CONT", process));
            }
            while (spool.pending() > 0) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(TestDatabase.query(
                            StoreConfig.of(server.url()).withCredentials(server.user(), server.password()),
                            null,
                            "select count(*)::text from insula.usage_event"))
                    .containsExactly(Integer.toString(rows));
            assertThat(spool.lost() + spool.unsafe() + writer.lost()).isZero();
            store.accessKeys().revoke(known.tenant(), known.key()).await(10, TimeUnit.SECONDS);
            assertThat(store.accessKeys().find("default").await(10, TimeUnit.SECONDS))
                    .isEmpty();
            spool.close().await(10, TimeUnit.SECONDS);
            store.close().await(10, TimeUnit.SECONDS);
        }
    }

    private PostgresStore open(EmbeddedPostgres server) {
        return open(server, CacheConfig.DEFAULT);
    }

    private PostgresStore open(EmbeddedPostgres server, CacheConfig cache) {
        StoreConfig owner = StoreConfig.of(server.url()).withCredentials(server.user(), server.password());
        StoreConfig application = Migrations.run(owner, TestDatabase.PEPPER);
        Bootstrap.run(owner, TestDatabase.PEPPER, FirstKey.BUILT_IN, new ModelName("m"));
        return PostgresStore.open(vertx, application, TestDatabase.PEPPER, cache);
    }

    private static void signal(String signal, ProcessHandle process) {
        try {
            new ProcessBuilder("sh", "-c", "kill " + signal + " " + process.pid())
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitFound(PostgresStore store) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                assertThat(store.accessKeys().find("default").await(10, TimeUnit.SECONDS))
                        .isPresent();
                return;
            } catch (StoreUnavailable e) {
                assertThat(System.nanoTime()).as("nanoseconds").isLessThan(end);
            }
        }
    }
}
