package io.insula.store.postgres;

import io.insula.store.Pepper;
import io.insula.store.StoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/**
 * Brings a database to the schema of this program, with its partitions and its account.
 *
 * <p>Safe to run by many programs at once and at every start.
 *
 * <p><b>Thread:</b> blocks; called once before any verticle starts.
 */
public final class Migrations {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int OLDEST_VERSION = 17;
    private static final int VERSION_FACTOR = 10_000;
    private static final String SCHEMA = "insula";
    private static final String HISTORY = "flyway_schema_history";

    private Migrations() {}

    /** Waits up to 30 s for the database. */
    public static StoreConfig run(StoreConfig owner, Pepper pepper) {
        return run(owner, pepper, PATIENCE);
    }

    /**
     * Migrates.
     *
     * @param owner the account that owns the schema; a superuser is not needed
     * @param pepper the secret that the application account's password is derived from
     * @param patience how long a database that does not answer is waited for
     * @return what the running program connects with
     * @throws StoreException with one sentence for the person at the terminal
     */
    public static StoreConfig run(StoreConfig owner, Pepper pepper, Duration patience) {
        try (Connection connection = JdbcConnections.await(owner, patience);
                Statement statement = connection.createStatement()) {
            checkVersion(statement, owner);
            // One program at a time; given back with the connection.
            statement.execute("select pg_advisory_lock(hashtext('insula.migrations'))");
            StoreConfig application = ApplicationRole.prepare(connection, owner, pepper);
            flyway(owner, application).migrate();
            statement.execute(
                    "select insula.ensure_usage_partitions((now() at time zone 'UTC' - interval '1 month')::date, 14)");
            return ApplicationRole.verified(application, owner);
        } catch (SQLException | FlywayException e) {
            throw new StoreException("The database " + owner + " could not be migrated: " + e.getMessage(), e);
        }
    }

    /**
     * Looks whether a database has the schema of this program, and changes nothing.
     *
     * <p>A newer schema is fine: the programs of before go on while an upgrade rolls.
     *
     * @param given the account that the program works under; without a user the one that {@link #run} made
     * @return what the running program connects with
     * @throws StoreException when migrations are missing
     */
    public static StoreConfig applied(StoreConfig given, Pepper pepper) {
        StoreConfig application = given.user().isEmpty() ? ApplicationRole.of(given, pepper) : given;
        try (Connection connection = JdbcConnections.await(application, PATIENCE);
                Statement statement = connection.createStatement()) {
            checkVersion(statement, application);
            if (!exists(statement, SCHEMA + "." + HISTORY)) {
                throw notMigrated(application, "no schema of Insula");
            }
            MigrationInfo[] missing = flyway(application, application).info().pending();
            if (missing.length > 0) {
                throw notMigrated(application, "not yet " + missing[0].getScript());
            }
            ApplicationRole.warnIfUnbound(connection);
            return application;
        } catch (SQLException | FlywayException e) {
            throw new StoreException("The schema of " + application + " could not be looked at: " + e.getMessage(), e);
        }
    }

    private static Flyway flyway(StoreConfig account, StoreConfig application) {
        return Flyway.configure()
                .dataSource(JdbcConnections.source(account))
                .schemas(SCHEMA)
                .table(HISTORY)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                .placeholders(Map.of("appRole", application.user().replace("\"", "\"\"")))
                .load();
    }

    private static boolean exists(Statement statement, String table) throws SQLException {
        try (ResultSet rows = statement.executeQuery("select to_regclass('" + table + "') is not null")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private static StoreException notMigrated(StoreConfig application, String what) {
        return new StoreException(
                "The database " + application + " has " + what + ": run 'insula migrate' first",
                new SQLException(HISTORY));
    }

    private static void checkVersion(Statement statement, StoreConfig owner) throws SQLException {
        try (ResultSet rows = statement.executeQuery("show server_version_num")) {
            int version = rows.next() ? rows.getInt(1) / VERSION_FACTOR : 0;
            if (version < OLDEST_VERSION) {
                throw new StoreException(
                        "The database " + owner + " is PostgreSQL " + version + " (expected: " + OLDEST_VERSION
                                + " or newer)",
                        new SQLException("server_version_num"));
            }
        }
    }
}
