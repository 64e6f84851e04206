package io.insula.chaos.house;

import io.insula.chaos.ChaosException;
import io.insula.chaos.load.Account;
import io.insula.postgres.EmbeddedPostgres;
import io.insula.store.KeyMint;
import io.insula.store.Pepper;
import io.insula.store.postgres.Migrations;
import io.insula.store.postgres.StoreConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;

/**
 * The cluster's PostgreSQL: tenants are made in it, it is stopped and started, and its ledger is read at the end.
 *
 * <p><b>Thread:</b> one at a time; blocks.
 */
public final class LedgerDatabase implements AutoCloseable {

    private static final String SYSTEM_PROMPT =
            "You are the assistant of a house of many tenants. Answer each question in"
                    + " few words, then tell of the street, the river and the garden, and of what the next morning will be like.";

    private final Path home;
    private final Path binaries;
    private final Path pepperFile;
    private final Pepper pepper;
    private EmbeddedPostgres server;
    private final Relay relay;

    /**
     * Starts a server.
     *
     * @param home of its data
     * @param binaries where its programs are unpacked
     * @param host the address on which nodes reach it
     */
    LedgerDatabase(Path home, Path binaries, String host) {
        this.home = home;
        this.binaries = binaries;
        this.pepperFile = home.resolve("pepper");
        this.server = EmbeddedPostgres.start(home, binaries);
        try {
            this.pepper = Pepper.in(pepperFile);
            Migrations.run(StoreConfig.of(server.url()).withCredentials(server.user(), server.password()), pepper);
            this.relay = new Relay(host, server.port());
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e instanceof RuntimeException failure
                    ? failure
                    : new ChaosException("The database cannot be prepared: " + e.getMessage(), e);
        }
    }

    /** What nodes connect to. */
    String url() {
        return "postgresql://" + server.user() + ":" + server.password() + "@" + relay.address() + "/"
                + server.database() + "?sslmode=disable";
    }

    Path pepperFile() {
        return pepperFile;
    }

    /** Makes a tenant with a user, an access key and an assistant config. */
    public Account addTenant(String name, String model) {
        UUID tenant = UUID.randomUUID();
        UUID config = UUID.randomUUID();
        String key = new KeyMint().mint();
        try (Connection connection = connection()) {
            execute(connection, "insert into insula.tenant (id, name) values (?, ?)", tenant, name);
            execute(
                    connection,
                    "insert into insula.platform_user (id, tenant_id, name) values (?, ?, ?)",
                    tenant,
                    tenant,
                    name);
            execute(
                    connection,
                    "insert into insula.access_key (id, tenant_id, user_id, name, key_hash, key_hint)"
                            + " values (?, ?, ?, ?, ?, ?)",
                    UUID.randomUUID(),
                    tenant,
                    tenant,
                    name,
                    pepper.digest(key).toBytes(),
                    KeyMint.hint(key));
            execute(
                    connection,
                    "insert into insula.assistant_config (id, tenant_id, name, model, system_prompt)"
                            + " values (?, ?, ?, ?, ?)",
                    config,
                    tenant,
                    name,
                    model,
                    SYSTEM_PROMPT);
            return new Account(tenant, key, config.toString(), model);
        } catch (SQLException e) {
            throw new ChaosException("A tenant cannot be made: " + e.getMessage(), e);
        }
    }

    /** Every row of a tenant. */
    public List<LedgerRow> rows(Account account) {
        List<LedgerRow> rows = new ArrayList<>();
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement(
                        "select request_id, prompt_tokens, completion_tokens, cached_tokens, finish, attempts, recorded_at"
                                + " from insula.usage_event where tenant_id = ?")) {
            statement.setObject(1, account.tenant());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows.add(new LedgerRow(
                            found.getObject(1, UUID.class),
                            found.getInt(2),
                            found.getInt(3),
                            found.getInt(4),
                            found.getString(5),
                            found.getInt(6),
                            found.getTimestamp(7).toInstant()));
                }
            }
        } catch (SQLException e) {
            throw new ChaosException("The ledger cannot be read: " + e.getMessage(), e);
        }
        return rows;
    }

    /** Stops the server; nodes are refused until it is started again. */
    public void stop() {
        relay.refuse();
        server.close();
    }

    public void start() {
        server = EmbeddedPostgres.start(home, binaries);
        relay.allow(server.port());
    }

    private Connection connection() throws SQLException {
        Properties properties = new Properties();
        properties.put("user", server.user());
        properties.put("password", server.password());
        return DriverManager.getConnection("jdbc:" + server.url(), properties);
    }

    private static void execute(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        relay.close();
        server.close();
    }
}
