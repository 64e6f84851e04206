package io.insula.launcher.management;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /healthz}, {@code /readyz} and {@code /metrics}.
 *
 * <p>{@code /healthz} says that the process's event loops turn; {@code /readyz} that it takes requests: false before the
 * first listener is up and from the beginning of a shutdown on. Neither depends on PostgreSQL or on an engine, so that
 * an outage of those does not take every HTTP node out of its load balancer at once.
 */
public final class ManagementServer extends VerticleBase {

    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final ManagementConfig config;
    private final PrometheusMeterRegistry registry;
    private final BooleanSupplier ready;
    private @Nullable HttpServer server;

    public ManagementServer(ManagementConfig config, PrometheusMeterRegistry registry, BooleanSupplier ready) {
        this.config = config;
        this.registry = registry;
        this.ready = ready;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        router.get("/healthz").handler(context -> context.response().end("ok\n"));
        router.get("/readyz").handler(context -> {
            boolean yes = ready.getAsBoolean();
            context.response().setStatusCode(yes ? 200 : 503).end(yes ? "ready\n" : "not ready\n");
        });
        router.get("/metrics")
                .handler(context -> context.response()
                        .putHeader("Content-Type", PROMETHEUS_TEXT)
                        .end(registry.scrape()));
        HttpServerOptions options =
                new HttpServerOptions().setHost(config.host()).setPort(config.port());
        return vertx.createHttpServer(options)
                .requestHandler(router)
                .listen()
                .onSuccess(listening -> server = listening);
    }

    /** The port that it listens on. */
    public int port() {
        return Objects.requireNonNull(server, "not started").actualPort();
    }
}
