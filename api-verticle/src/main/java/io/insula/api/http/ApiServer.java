package io.insula.api.http;

import io.insula.api.assistant.Assistants;
import io.insula.api.auth.Authenticator;
import io.insula.api.auth.Keyless;
import io.insula.api.auth.LoopbackRule;
import io.insula.api.error.ErrorForm;
import io.insula.api.governance.Accounting;
import io.insula.api.governance.EmbeddingAccounting;
import io.insula.api.openai.OpenAiDialect;
import io.insula.api.vizra.VizraDialect;
import io.insula.api.vizra.VizraModels;
import io.insula.store.AccessKeys;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The HTTP server of one verticle instance: HTTP/1.1 with keep-alive and HTTP/2 in clear text, never compressed. */
public final class ApiServer {

    private final Vertx vertx;
    private final HttpConfig config;
    private final int port;
    private final BooleanSupplier leaving;
    private final LongSupplier nanoClock;
    private final RequestIds ids;
    private @Nullable HttpServer server;

    /**
     * Prepares to listen.
     *
     * @param port servers of one Vert.x that are given the same one share it; below 0: the same free one
     * @param leaving whether the node is about to stop, so that clients better connect elsewhere
     */
    public ApiServer(
            Vertx vertx, HttpConfig config, int port, BooleanSupplier leaving, RequestIds ids, LongSupplier nanoClock) {
        this.vertx = vertx;
        this.config = config;
        this.port = port;
        this.leaving = leaving;
        this.ids = ids;
        this.nanoClock = nanoClock;
    }

    /**
     * Starts to listen.
     *
     * @param loop the event loop that answers
     * @param page null where no cluster is shown
     * @return the port
     */
    public Future<Integer> listen(
            Context loop,
            AccessKeys keys,
            Assistants assistants,
            Accounting accounting,
            EmbeddingAccounting embeddings,
            int maxEmbeddingInputs,
            VizraModels vizraModels,
            @Nullable ClusterPage page,
            MeterRegistry registry) {
        LoopHop hop = new LoopHop(loop);
        ErrorResponder errors = new ErrorResponder(
                vertx, config.maxBodyBytes(), config.bodyTimeout().toMillis());
        ChatMeters meters = new ChatMeters(registry);
        ChatHandler chat = new ChatHandler(vertx, config, assistants, accounting, errors, hop, meters, nanoClock);
        Routes routes = new Routes(
                vertx,
                new Authenticator(keys, new LoopbackRule(config.host())),
                hop,
                new BodyReader(vertx, config),
                chat,
                new EmbeddingsHandler(vertx, config, maxEmbeddingInputs, embeddings, errors, meters),
                new ModelsHandler(assistants, embeddings::models, hop));
        HttpServer listening = vertx.createHttpServer(options());
        server = listening;
        AccessLog log = new AccessLog(registry, nanoClock);
        Router router = routes.router(families(vizraModels), page, ids, log, errors, nanoClock);
        return listening
                .requestHandler(new LastRequests(leaving, router))
                .invalidRequestHandler(new UnreadableRequest(ids)::handle)
                .listen()
                .map(HttpServer::actualPort);
    }

    /** Refuses new connections, lets running answers end, and closes what is left after the time given. */
    public Future<Void> shutdown(Duration limit) {
        return server == null ? Future.succeededFuture() : server.shutdown(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private List<RouteFamily> families(VizraModels vizraModels) {
        Keyless keyless = config.keylessLoopback() ? Keyless.ON_LOOPBACK : Keyless.REFUSED;
        return List.of(
                new RouteFamily(
                        "/v1.0/tenants/:tenant/assistant/openai",
                        true,
                        true,
                        Keyless.REFUSED,
                        ErrorForm.HYBRID,
                        OpenAiDialect.withViewNames(config.limits())),
                new RouteFamily("/v1", false, true, keyless, ErrorForm.OPENAI, OpenAiDialect.plain(config.limits())),
                new RouteFamily(
                        "/api/vizra-adk",
                        false,
                        false,
                        keyless,
                        ErrorForm.VIZRA,
                        new VizraDialect(config.limits(), vizraModels)));
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setMaxInitialLineLength(config.maxHeaderBytes())
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setHandle100ContinueAutomatically(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setHttp2ClearTextEnabled(true);
        options.setHost(config.host()).setPort(port);
        options.setTcpNoDelay(true)
                .setIdleTimeout((int) config.idleTimeout().toSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        return options;
    }
}
