package io.insula.store.postgres;

import io.insula.store.StoreException;
import io.insula.store.StoreUnavailable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the blocking connections of the time before any verticle starts. */
final class JdbcConnections {

    private static final Logger LOG = LoggerFactory.getLogger(JdbcConnections.class);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final String STARTING_OR_STOPPING = "57P03";
    private static final String TOO_MANY = "53300";

    private JdbcConnections() {}

    static PGSimpleDataSource source(StoreConfig config) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {config.host()});
        source.setPortNumbers(new int[] {config.port()});
        source.setDatabaseName(config.database());
        source.setUser(config.user());
        source.setPassword(config.password());
        source.setApplicationName("insula");
        source.setConnectTimeout(Math.max(1, Math.toIntExact(config.timeout().toSeconds())));
        source.setSslMode(config.tls().sslmode());
        if (config.tls() == TlsMode.VERIFY_FULL) {
            // Like the event loop's client: trust what this Java platform trusts.
            source.setSslfactory("org.postgresql.ssl.DefaultJavaSSLFactory");
        }
        return source;
    }

    /** Waits for a database that is not there yet; what is wrong for good, such as a password, is told at once. */
    static Connection await(StoreConfig config, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        boolean told = false;
        while (true) {
            try {
                return source(config).getConnection();
            } catch (SQLException e) {
                if (!isPassing(e)) {
                    throw new StoreException("The database " + config + " refuses: " + e.getMessage(), e);
                }
                if (System.nanoTime() >= end) {
                    throw new StoreUnavailable(
                            "The database " + config + " did not answer within " + patience.toSeconds() + " s: "
                                    + e.getMessage(),
                            e);
                }
                if (!told) {
                    LOG.warn("The database {} does not answer yet; trying for {} s", config, patience.toSeconds());
                    told = true;
                }
                pause(e);
            }
        }
    }

    private static boolean isPassing(SQLException e) {
        String state = e.getSQLState();
        return state != null
                && (state.startsWith("08") || state.equals(STARTING_OR_STOPPING) || state.equals(TOO_MANY));
    }

    private static void pause(SQLException cause) {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("Interrupted while waiting for the database", cause);
        }
    }
}
