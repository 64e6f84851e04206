package io.insula.store.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.store.UsageWriter;
import io.insula.store.UsageWriterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kill -9 of a real program that keeps rows. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class KilledProgramIT {

    private static final int ROWS = 5_000;

    @TempDir
    private Path directory;

    @Test
    void everyRowThatAKilledProgramKeptIsWrittenByTheNext() throws Exception {
        Vertx vertx = Vertx.vertx();
        Set<Integer> ledger = ConcurrentHashMap.newKeySet();
        UsageWriter writer = new UsageWriter(
                vertx,
                rows -> {
                    ledger.addAll(Rows.numbers(rows));
                    return Future.succeededFuture();
                },
                UsageWriterConfig.DEFAULT);
        Process killed = keeping();
        UsageSpool beside = spool(writer);
        while (beside.pending() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(ledger).as("rows of a program that lives").isEmpty();
        beside.close().await(10, TimeUnit.SECONDS);

        killed.destroyForcibly().waitFor();
        UsageSpool next = spool(new UsageWriter(
                vertx,
                rows -> {
                    ledger.addAll(Rows.numbers(rows));
                    return Future.succeededFuture();
                },
                UsageWriterConfig.DEFAULT));
        while (ledger.size() < ROWS) {
            LockSupport.parkNanos(1_000_000);
        }
        next.close().await(10, TimeUnit.SECONDS);

        assertThat(next.recovered()).isEqualTo(ROWS);
        assertThat(next.damagedBytes()).isZero();
        assertThat(directory).isEmptyDirectory();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private UsageSpool spool(UsageWriter writer) {
        return UsageSpool.open(writer, new SpoolConfig(directory, 1_000, 64L << 20, 64L << 10, Duration.ofMillis(20)));
    }

    /** A program that has said that all of its rows are safe. */
    private Process keeping() throws IOException {
        Process program = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SpoolingProgram.class.getName(),
                        directory.toString(),
                        Integer.toString(ROWS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = program.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals("kept")) {
                return program;
            }
        }
        throw new IllegalStateException("the program ended before it had kept its rows");
    }
}
