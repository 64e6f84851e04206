package io.insula.api.support;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.http.HttpConfig;
import io.insula.postgres.EmbeddedPostgres;
import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.insula.store.CacheConfig;
import io.insula.store.Pepper;
import io.insula.store.UsageWriter;
import io.insula.store.UsageWriterConfig;
import io.insula.store.postgres.Bootstrap;
import io.insula.store.postgres.FirstKey;
import io.insula.store.postgres.Migrations;
import io.insula.store.postgres.PostgresStore;
import io.insula.store.postgres.StoreConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The HTTP side on a real PostgreSQL with its default tenant and two more, beside one scripted inference node. */
public final class StoreFixture implements AutoCloseable {

    private static final Pepper PEPPER =
            Pepper.of("a pepper of thirty-two bytes and more".getBytes(StandardCharsets.UTF_8));

    public final Vertx vertx = Vertx.vertx();
    public final PostgresStore store;
    public final Bootstrap.Welcome welcome;
    public final ScriptedNode node;
    public final int port;
    /** A second server on the same store that listens on every address. */
    public final int openPort;

    public final TenantId tenantA;
    public final TenantId tenantB;
    public final String keyA;
    public final ConfigId configA;
    public final ConfigId configB;

    private final EmbeddedPostgres server;
    private final StoreConfig owner;
    private final UsageWriter usage;

    public StoreFixture(DispatchConfig dispatch) throws Exception {
        this(dispatch, CacheConfig.DEFAULT);
    }

    public StoreFixture(DispatchConfig dispatch, CacheConfig cache) throws Exception {
        Path home = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "home");
        server = EmbeddedPostgres.start(home, Path.of("..", "target", "postgres-binaries"));
        owner = StoreConfig.of(server.url()).withCredentials(server.user(), server.password());
        StoreConfig application = Migrations.run(owner, PEPPER);
        welcome = Bootstrap.run(owner, PEPPER, FirstKey.BUILT_IN, new ModelName("test-model"));
        store = PostgresStore.open(vertx, application, PEPPER, cache);
        store.listening().await(20, TimeUnit.SECONDS);
        usage = new UsageWriter(vertx, store.usage(), UsageWriterConfig.DEFAULT);
        tenantA = tenant("a");
        tenantB = tenant("b");
        keyA = issue(tenantA);
        configA = config(tenantA, "helper");
        configB = config(tenantB, "other");
        ProtocolCodecs.registerAll(vertx.eventBus());
        port = deploy("api-1", "127.0.0.1", dispatch);
        openPort = deploy("api-2", "0.0.0.0", dispatch);
        node = new ScriptedNode(vertx, "engine-1");
        Awaiting.until(() -> ApiFixture.isAnswered(port, keyA, "helper"));
    }

    private int deploy(String name, String host, DispatchConfig dispatch) throws Exception {
        return ApiFixture.deploy(
                vertx,
                name,
                HttpConfig.DEFAULT.listeningOn(host, 0).withKeylessLoopback(true),
                dispatch,
                store.accessKeys(),
                store.assistantConfigs(),
                usage::record,
                new SimpleMeterRegistry());
    }

    /** A fresh key, which no cache knows. */
    public String issue(TenantId tenant) {
        return store.accessKeys().issue(tenant, tenant.value(), "a key").await();
    }

    public ConfigId config(TenantId tenant, String name) throws SQLException {
        ConfigId config = new ConfigId(UUID.randomUUID());
        update(
                "insert into insula.assistant_config (id, tenant_id, name, model) values (?, ?, ?, 'test-model')",
                config.value(),
                tenant.value(),
                name);
        return config;
    }

    /** Returns once no row waits to be written and no change to be heard of, so that neither costs store calls later. */
    public void settle() {
        awaitLedger();
        store.caughtUp().await();
    }

    private void awaitLedger() {
        Awaiting.until(() -> usage.pending() == 0);
    }

    /** The finishes of a request's rows in the ledger, once nothing is waiting to be written. */
    public List<String> ledger(RequestId request) throws SQLException {
        awaitLedger();
        try (Connection connection = connect();
                PreparedStatement select =
                        connection.prepareStatement("select finish from insula.usage_event where request_id = ?")) {
            select.setObject(1, request.value());
            try (ResultSet rows = select.executeQuery()) {
                List<String> finishes = new ArrayList<>();
                while (rows.next()) {
                    finishes.add(rows.getString(1));
                }
                return finishes;
            }
        }
    }

    /** Stops the database's processes where they are, or lets them go on. */
    public void freeze(boolean frozen) {
        Stream.concat(Stream.of(server.process()), server.process().descendants())
                .toList()
                .forEach(process -> signal(frozen ? "-STOP" : "-CONT", process));
    }

    private static void signal(String signal, ProcessHandle process) {
        try {
            new ProcessBuilder("sh", "-c", "kill " + signal + " " + process.pid())
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Rows taken on their way to the ledger, and those there. */
    public long accounted() {
        return usage.pending() + usage.written();
    }

    @Override
    public void close() {
        freeze(false);
        vertx.close().await();
        server.close();
    }

    private TenantId tenant(String name) throws SQLException {
        UUID id = UUID.randomUUID();
        update("insert into insula.tenant (id, name) values (?, ?)", id, name);
        update("insert into insula.platform_user (id, tenant_id, name) values (?, ?, ?)", id, id, name);
        return new TenantId(id);
    }

    private void update(String sql, Object... values) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    /** The superuser sees and changes all tenants' rows. */
    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + owner.host() + ":" + owner.port() + "/" + owner.database(),
                owner.user(),
                owner.password());
    }
}
