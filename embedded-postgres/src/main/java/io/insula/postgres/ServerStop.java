package io.insula.postgres;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops a server: first orderly, then at once with recovery at its next start, then by force. */
record ServerStop(PostgresCluster cluster, ProcessHandle server) {

    private static final Logger LOG = LoggerFactory.getLogger(ServerStop.class);
    private static final Duration FAST = Duration.ofSeconds(20);
    private static final Duration IMMEDIATE = Duration.ofSeconds(5);

    void run() {
        try {
            if (signalAndWait("INT", FAST)) {
                return;
            }
            LOG.warn("PostgreSQL did not stop within {}; stopping it at once", FAST);
            if (signalAndWait("QUIT", IMMEDIATE)) {
                return;
            }
            LOG.warn("PostgreSQL did not stop within {}; killing it", IMMEDIATE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.destroyForcibly();
    }

    private boolean signalAndWait(String signal, Duration limit) throws InterruptedException {
        if (!server.isAlive()) {
            return true;
        }
        try {
            // Java sends SIGTERM and SIGKILL only; to PostgreSQL the first means: wait for every client to leave.
            List<String> kill = cluster.account()
                    .command(
                            cluster.programs().program("pg_ctl"), List.of("kill", signal, Long.toString(server.pid())));
            ServerEnvironment.clean(new ProcessBuilder(kill))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            server.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (IOException | ExecutionException e) {
            LOG.warn("Signal {} could not be sent to PostgreSQL", signal, e);
            return false;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
