package io.insula.store.postgres;

import io.insula.store.Pepper;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database account of the running program, which owns no table and so cannot lift row-level security.
 *
 * <p>Its password is derived from the pepper: programs that share a database need not tell it to each other. Where the
 * given account may not create another one, the program works under the given account itself.
 */
final class ApplicationRole {

    static final String NAME = "insula_app";

    private static final Logger LOG = LoggerFactory.getLogger(ApplicationRole.class);
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private ApplicationRole() {}

    /** The role's own account of a database, whoever else is named there. */
    static StoreConfig of(StoreConfig database, Pepper pepper) {
        String password = Base64.getUrlEncoder().withoutPadding().encodeToString(pepper.derive(NAME));
        return database.withCredentials(NAME, password);
    }

    /** Creates the role or sets its password; returns the config for it, or the owner's where that is forbidden. */
    static StoreConfig prepare(Connection connection, StoreConfig owner, Pepper pepper) throws SQLException {
        StoreConfig application = of(owner, pepper);
        boolean exists = isTrue(connection, "select exists (select from pg_roles where rolname = '" + NAME + "')");
        boolean mayCreate =
                isTrue(connection, "select rolsuper or rolcreaterole from pg_roles where rolname = current_user");
        if (!exists && !mayCreate) {
            return owner;
        }
        try (Statement statement = connection.createStatement()) {
            if (!exists) {
                statement.execute("create role " + NAME + " login noinherit");
            }
            // Hashed here: neither the wire nor a log of the server ever holds it in clear.
            connection
                    .unwrap(PGConnection.class)
                    .alterUserPassword(NAME, application.password().toCharArray(), "scram-sha-256");
        } catch (SQLException e) {
            if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                throw e;
            }
            LOG.info("The password of {} is left as it is: {}", NAME, e.getMessage());
        }
        return application;
    }

    /** Tries the role; where it cannot log in, the owner's account is used, with a warning of what that means. */
    static StoreConfig verified(StoreConfig application, StoreConfig owner) {
        if (!application.equals(owner)) {
            try (Connection connection = JdbcConnections.source(application).getConnection()) {
                warnIfUnbound(connection);
                return application;
            } catch (SQLException e) {
                LOG.warn("{} cannot log in to the database: {}", NAME, e.getMessage());
            }
        }
        LOG.warn(
                "Working under the account {}, which owns the tables: row-level security binds it, but it could lift it."
                        + " Grant it CREATEROLE to have {} used instead",
                owner.user(),
                NAME);
        try (Connection connection = JdbcConnections.source(owner).getConnection()) {
            warnIfUnbound(connection);
        } catch (SQLException e) {
            LOG.debug("The rights of {} could not be looked at", owner.user(), e);
        }
        return owner;
    }

    static void warnIfUnbound(Connection connection) throws SQLException {
        if (isTrue(connection, "select rolsuper or rolbypassrls from pg_roles where rolname = current_user")) {
            LOG.warn("The database account of the running program is exempt from row-level security");
        }
    }

    private static boolean isTrue(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() && rows.getBoolean(1);
        }
    }
}
