package io.insula.store.postgres;

import io.insula.protocol.TenantId;
import io.insula.store.StoreException;
import io.insula.store.StoreUnavailable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * The connections of one program: pipelined ones for single statements, others for work on behalf of one tenant.
 *
 * <p><b>Errors:</b> every failure is a {@link StoreException}, within the configured time.
 */
final class Sessions {

    /**
     * Classes of SQLSTATE that tell of what was sent, and come again with it: data, constraints, protocol features. All others
     * tell of the server, and may pass: it is starting, read-only, out of resources, not migrated yet, of another password.
     */
    private static final Set<String> LASTING = Set.of("0A", "22", "23", "44");

    private final SqlClient pipelined;
    private final Pool pool;
    private final long timeoutMillis;
    private final LongAdder calls = new LongAdder();

    Sessions(Vertx vertx, StoreConfig config) {
        timeoutMillis = config.timeout().toMillis();
        PoolOptions options = new PoolOptions()
                .setMaxSize(Math.max(1, config.poolSize() / 2))
                .setMaxWaitQueueSize(config.maxWaitQueueSize())
                .setConnectionTimeout(Math.toIntExact(timeoutMillis))
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
        NetClientOptions net = new NetClientOptions().setConnectTimeout(Math.toIntExact(timeoutMillis));
        PgConnectOptions connect = connectOptions(config);
        pipelined = PgBuilder.client()
                .with(options)
                .with(net)
                .connectingTo(connect)
                .using(vertx)
                .build();
        // Between begin and commit nothing of another tenant may slip onto the connection.
        pool = PgBuilder.pool()
                .with(new PoolOptions(options))
                .with(new NetClientOptions(net))
                .connectingTo(new PgConnectOptions(connect).setPipeliningLimit(1))
                .using(vertx)
                .build();
    }

    static PgConnectOptions connectOptions(StoreConfig config) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setDatabase(config.database())
                .setUser(config.user())
                .setPassword(config.password())
                .setCachePreparedStatements(true)
                .setPipeliningLimit(config.pipelining())
                .addProperty("application_name", "insula");
        return switch (config.tls()) {
            case DISABLE -> options.setSslMode(SslMode.DISABLE);
            case REQUIRE -> options.setSslMode(SslMode.REQUIRE).setSslOptions(new ClientSSLOptions().setTrustAll(true));
            case VERIFY_FULL ->
                options.setSslMode(SslMode.VERIFY_FULL)
                        .setSslOptions(
                                new ClientSSLOptions().setTrustAll(false).setHostnameVerificationAlgorithm("HTTPS"));
        };
    }

    /** One statement of its own. */
    <T> Future<T> ask(Function<SqlClient, Future<T>> statement) {
        calls.increment();
        return typed(Future.<Void>succeededFuture().compose(ignored -> statement.apply(pipelined)));
    }

    /** A transaction that row-level security confines to one tenant. */
    <T> Future<T> inTenant(TenantId tenant, Function<SqlConnection, Future<T>> work) {
        calls.increment();
        return typed(pool.withTransaction(connection -> connection
                .preparedQuery("select set_config('app.tenant_id', $1, true)")
                .execute(Tuple.of(tenant.toString()))
                .compose(ignored -> work.apply(connection))));
    }

    /** How often the database was asked since the start. */
    long calls() {
        return calls.sum();
    }

    Future<Void> close() {
        return Future.join(pipelined.close(), pool.close()).mapEmpty();
    }

    private <T> Future<T> typed(Future<T> future) {
        return future.timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(
                        cause instanceof PgException refused && !isPassing(refused)
                                ? new StoreException("PostgreSQL refused: " + refused.getMessage(), refused)
                                : new StoreUnavailable("PostgreSQL cannot be asked: " + cause.getMessage(), cause)));
    }

    private static boolean isPassing(PgException refused) {
        String state = refused.getSqlState();
        return state == null || state.length() < 2 || !LASTING.contains(state.substring(0, 2));
    }
}
