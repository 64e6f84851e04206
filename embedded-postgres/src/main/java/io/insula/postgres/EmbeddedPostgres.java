package io.insula.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running PostgreSQL server that keeps its data under a home directory and lives as long as this object.
 *
 * <p>It is as durable as any other installation: fsync and synchronous commit are on, and whatever is killed, the next
 * start on the same home recovers without a hand. It listens on the loopback interface only and lets nobody in without
 * the password, which is kept in a file that only the owner of the home can read. A server that dies is started again
 * on the same port.
 *
 * <p><b>Thread:</b> every method is safe on any thread; {@link #start} and {@link #close} block.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final HomeLock lock;
    private final PostgresCluster cluster;
    private ServerProcess server;
    private boolean closed;

    private EmbeddedPostgres(HomeLock lock, PostgresCluster cluster, ServerProcess server) {
        this.lock = lock;
        this.cluster = cluster;
        this.server = server;
    }

    /**
     * Starts the server of a home, and creates its cluster when there is none.
     *
     * @param home owned by one running program at a time; everything is kept below {@code home/postgres}
     * @throws EmbeddedPostgresException when the home is in use or the server does not come up
     */
    public static EmbeddedPostgres start(Path home) {
        return start(home, home.resolve("postgres"));
    }

    /**
     * Starts the server of a home with PostgreSQL's programs unpacked elsewhere, so that many homes share them.
     *
     * @param binaries a directory nobody else can write to; the programs are unpacked there when they are missing
     * @throws EmbeddedPostgresException when the home is in use or the server does not come up
     */
    public static EmbeddedPostgres start(Path home, Path binaries) {
        Path directory = home.toAbsolutePath().normalize().resolve("postgres");
        HomeLock lock = null;
        try {
            PrivateFiles.createDirectories(directory);
            lock = HomeLock.acquire(directory);
            PostgresBinaries programs =
                    PostgresBinaries.unpackedIn(binaries.toAbsolutePath().normalize());
            ServerAccount account = ServerAccount.choose(programs, directory);
            PostgresCluster cluster = PostgresCluster.in(directory, programs, account);
            cluster.stopOrphan();
            ServerProcess server = ServerProcess.start(cluster);
            EmbeddedPostgres postgres = new EmbeddedPostgres(lock, cluster, server);
            postgres.reviveAfterDeathOf(server);
            lock = null;
            return postgres;
        } catch (IOException e) {
            throw new EmbeddedPostgresException("The embedded PostgreSQL in " + directory + " failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresException("Interrupted while the embedded PostgreSQL was starting.", e);
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    public String host() {
        return ServerProcess.HOST;
    }

    /** The port of the loopback interface; the same for the life of this object. */
    public synchronized int port() {
        return server.port();
    }

    public String database() {
        return PostgresCluster.DATABASE;
    }

    /** The superuser of the cluster. */
    public String user() {
        return PostgresCluster.SUPERUSER;
    }

    public String password() {
        return cluster.password();
    }

    /** Where the server listens, without credentials: {@code postgresql://host:port/database}. */
    public String url() {
        return "postgresql://" + host() + ":" + port() + "/" + database();
    }

    /** The process of the running server; another one after a revival. */
    public synchronized ProcessHandle process() {
        return server.handle();
    }

    /** Stops the server, cutting open connections off, and gives the home back. */
    @Override
    public void close() {
        ServerProcess last;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            notifyAll();
            last = server;
        }
        last.stop();
        lock.close();
    }

    private void reviveAfterDeathOf(ServerProcess watched) {
        watched.onExit(() -> Thread.ofVirtual().name("postgres-revival").start(this::revive));
    }

    private void revive() {
        Duration pause = FIRST_PAUSE;
        while (true) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                LOG.warn("The embedded PostgreSQL died; starting it again on port {}", server.port());
                try {
                    cluster.stopOrphan();
                    server = ServerProcess.startOn(cluster, server.port());
                    reviveAfterDeathOf(server);
                    return;
                } catch (IOException | EmbeddedPostgresException e) {
                    LOG.error("The embedded PostgreSQL does not start; next attempt in {}", pause, e);
                    if (!pauseUnlessInterrupted(pause)) {
                        return;
                    }
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    /** Gives the monitor up meanwhile; {@link #close} ends the pause. */
    private synchronized boolean pauseUnlessInterrupted(Duration pause) {
        long end = System.nanoTime() + pause.toNanos();
        try {
            for (long left = pause.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Where the server's messages are, for a person who looks for the cause of a failure. */
    public Path log() {
        return cluster.log();
    }

    /** True when a cluster exists below the home, whether or not its server runs. */
    public static boolean existsIn(Path home) {
        return Files.exists(home.resolve("postgres").resolve("data").resolve("PG_VERSION"));
    }
}
