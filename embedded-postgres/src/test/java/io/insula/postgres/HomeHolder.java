package io.insula.postgres;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A program of its own that holds a home until it is killed. */
final class HomeHolder {

    private HomeHolder() {}

    /** Its one line of output, the server's process number, tells the test that the server runs. */
    public static void main(String[] arguments) throws InterruptedException {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(arguments[0]), Path.of(arguments[1]));
        System.out.println(postgres.process().pid());
        new CountDownLatch(1).await();
    }
}
