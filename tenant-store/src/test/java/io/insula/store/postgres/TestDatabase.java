package io.insula.store.postgres;

import io.insula.postgres.EmbeddedPostgres;
import io.insula.protocol.ConfigId;
import io.insula.protocol.TenantId;
import io.insula.store.Pepper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One server for all tests of this module, and a fresh database on it for each class; ended with the test's JVM. */
final class TestDatabase {

    static final Path BINARIES = Path.of("..", "target", "postgres-binaries");
    static final Pepper PEPPER = Pepper.of("a pepper of thirty-two bytes and more".getBytes(StandardCharsets.UTF_8));

    private static final EmbeddedPostgres SERVER = start();
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** The account that owns the database. */
    final StoreConfig owner;

    private TestDatabase(StoreConfig owner) {
        this.owner = owner;
    }

    /** A database whose owner may create roles but is no superuser: one would be exempt from row-level security. */
    static TestDatabase fresh() throws SQLException {
        return fresh("createrole");
    }

    static TestDatabase fresh(String rights) throws SQLException {
        String name = "test_" + COUNT.incrementAndGet();
        try (Connection connection = JdbcConnections.source(superuser()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create role " + name + " login password 'secret' nosuperuser " + rights);
            statement.execute("create database " + name + " owner " + name);
        }
        return new TestDatabase(
                StoreConfig.of("postgresql://" + name + ":secret@127.0.0.1:" + SERVER.port() + "/" + name));
    }

    static StoreConfig superuser() {
        return StoreConfig.of(SERVER.url()).withCredentials(SERVER.user(), SERVER.password());
    }

    /** Adds a tenant with a user of the same id. */
    TenantId addTenant(String name) throws SQLException {
        TenantId tenant = new TenantId(UUID.randomUUID());
        execute(tenant, "insert into insula.tenant (id, name) values (?, ?)", tenant.value(), name);
        execute(
                tenant,
                "insert into insula.platform_user (id, tenant_id, name) values (?, ?, ?)",
                tenant.value(),
                tenant.value(),
                name);
        return tenant;
    }

    ConfigId addConfig(TenantId tenant, String name) throws SQLException {
        ConfigId config = new ConfigId(UUID.randomUUID());
        addConfig(tenant, config, name);
        return config;
    }

    void addConfig(TenantId tenant, ConfigId config, String name) throws SQLException {
        execute(
                tenant,
                "insert into insula.assistant_config (id, tenant_id, name, model, temperature) values (?, ?, ?, 'm', 0.5)",
                config.value(),
                tenant.value(),
                name);
    }

    /** One statement of the owner on behalf of a tenant. */
    void execute(TenantId tenant, String sql, @Nullable Object... values) throws SQLException {
        query(owner, tenant, sql, values);
    }

    /** The rows' texts of one statement on behalf of a tenant, or of none. */
    static List<String> query(StoreConfig config, @Nullable TenantId tenant, String sql, @Nullable Object... values)
            throws SQLException {
        try (Connection connection = JdbcConnections.source(config).getConnection()) {
            connection.setAutoCommit(false);
            if (tenant != null) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("select set_config('app.tenant_id', '" + tenant + "', true)");
                }
            }
            List<String> texts = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                if (statement.execute()) {
                    ResultSet rows = statement.getResultSet();
                    while (rows.next()) {
                        texts.add(rows.getString(1));
                    }
                }
            }
            connection.commit();
            return texts;
        }
    }

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.start(
                    Files.createTempDirectory(Files.createDirectories(Path.of("target")), "home"), BINARIES);
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "test-database-end"));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
