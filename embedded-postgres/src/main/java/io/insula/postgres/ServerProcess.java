package io.insula.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of the server program, from the moment it accepts connections. */
final class ServerProcess {

    static final String HOST = "127.0.0.1";

    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
    private static final int ATTEMPTS = 50;
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration POLL = Duration.ofMillis(10);
    /** Recovery after a crash replays at most the configured 256 MiB of log. */
    private static final Duration RECOVERY = Duration.ofMinutes(5);

    private final PostgresCluster cluster;
    private final Process process;
    private final ServerLog log;
    private final int port;

    private ServerProcess(PostgresCluster cluster, Process process, ServerLog log, int port) {
        this.cluster = cluster;
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** Starts on a free port. */
    static ServerProcess start(PostgresCluster cluster) throws IOException, InterruptedException {
        return start(cluster, Optional.empty());
    }

    static ServerProcess startOn(PostgresCluster cluster, int port) throws IOException, InterruptedException {
        return start(cluster, Optional.of(port));
    }

    int port() {
        return port;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    void onExit(Runnable action) {
        process.onExit().thenRun(action).exceptionally(e -> {
            LOG.error("The end of PostgreSQL could not be handled", e);
            return null;
        });
    }

    void stop() {
        new ServerStop(cluster, process.toHandle()).run();
        try {
            log.tail();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ServerProcess start(PostgresCluster cluster, Optional<Integer> wanted)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            int port = wanted.isPresent() ? wanted.get() : freePort();
            long begin = System.nanoTime();
            Process process = launch(cluster, port);
            ServerLog log = ServerLog.follow(process, cluster.log());
            if (becomesReady(cluster, process)) {
                LOG.info(
                        "PostgreSQL {} accepts connections on {}:{} after {} ms",
                        cluster.programs().version(),
                        HOST,
                        port,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
                return new ServerProcess(cluster, process, log, port);
            }
            String said = log.tail();
            if (attempt == ATTEMPTS || !isPassing(said)) {
                throw new EmbeddedPostgresException(
                        "PostgreSQL did not start; its last words in " + cluster.log() + " were:\n" + said);
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Somebody took the port meanwhile, or children of a killed server have not noticed yet that they are alone. */
    private static boolean isPassing(String said) {
        return said.contains("Address already in use") || said.contains("pre-existing shared memory block");
    }

    private static Process launch(PostgresCluster cluster, int port) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-D", cluster.data().toString()));
        for (String setting : List.of(
                "listen_addresses=" + HOST,
                "port=" + port,
                "unix_socket_directories=",
                "password_encryption=scram-sha-256",
                "fsync=on",
                "full_page_writes=on",
                "synchronous_commit=on",
                "max_connections=100",
                "max_wal_size=256MB",
                "min_wal_size=32MB",
                "logging_collector=off",
                "log_destination=stderr",
                // Statements may carry what tenants wrote: they are not for a log.
                "log_min_error_statement=panic",
                "lc_messages=C",
                "timezone=UTC",
                "log_timezone=UTC")) {
            arguments.add("-c");
            arguments.add(setting);
        }
        List<String> command = new ArrayList<>(detached());
        command.addAll(cluster.account().command(cluster.programs().program("postgres"), arguments));
        return ServerEnvironment.clean(new ProcessBuilder(command))
                .redirectErrorStream(true)
                .start();
    }

    /**
     * An interrupt from the terminal goes to every process of the foreground group: the server must outlive the streams
     * that are being finished. Where there is no {@code setsid}, as on macOS, it dies and is revived.
     */
    private static List<String> detached() {
        return Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(program -> Files.isExecutable(Path.of(program)))
                .limit(1)
                .toList();
    }

    private static boolean becomesReady(PostgresCluster cluster, Process process)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            Optional<ServerStatus> status = ServerStatus.read(cluster.data().resolve("postmaster.pid"));
            if (status.isPresent() && status.get().ready() && status.get().pid() == process.pid()) {
                return true;
            }
            if (System.nanoTime() - begin > RECOVERY.toNanos()) {
                new ServerStop(cluster, process.toHandle()).run();
                return false;
            }
        }
        return false;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
