package io.insula.store.spool;

import io.insula.store.StoreUnavailable;
import io.insula.store.UsageWriter;
import io.insula.store.UsageWriterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** A program whose ledger is always away: it keeps rows until it is killed, and says how many are safe. */
final class SpoolingProgram {

    private SpoolingProgram() {}

    /** Takes a directory and how many rows. */
    @SuppressWarnings("SystemOut") // the parent process reads it
    public static void main(String[] arguments) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        UsageWriter writer = new UsageWriter(
                vertx,
                rows -> Future.failedFuture(new StoreUnavailable("away", new TimeoutException())),
                UsageWriterConfig.DEFAULT);
        UsageSpool spool = UsageSpool.open(
                writer, new SpoolConfig(Path.of(arguments[0]), 1_000, 64L << 20, 64L << 10, Duration.ofMillis(20)));
        int rows = Integer.parseInt(arguments[1]);
        for (int i = 0; i < rows; i++) {
            Future<Void> kept = spool.keep(Rows.numbered(i));
            if (i % 100 == 0 || i == rows - 1) {
                kept.await();
            }
        }
        System.out.println("kept");
        Thread.sleep(Duration.ofMinutes(5));
    }
}
