package io.insula.launcher;

import io.insula.api.ApiSettings;
import io.insula.api.ApiVerticle;
import io.insula.inference.InferenceVerticle;
import io.insula.inference.ServedModels;
import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.management.ManagementServer;
import io.insula.launcher.terminal.Progress;
import io.insula.protocol.Addresses;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.insula.store.UsageWriter;
import io.insula.store.postgres.PostgresStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One process that plays both roles: starts database, bus, engine and HTTP side in this order, and registers how each
 * stops.
 *
 * <p><b>Thread:</b> {@link #start} blocks its caller until requests are answered.
 */
final class Node {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Home home;
    private final InsulaConfig config;
    private final Progress progress;
    private final LifeCycle parts;
    private final NodeId id = new NodeId(
            "node-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
    private final AtomicBoolean ready = new AtomicBoolean();

    Node(Home home, InsulaConfig config, Progress progress, LifeCycle parts) {
        this.home = home;
        this.config = config;
        this.progress = progress;
        this.parts = parts;
    }

    Banner start() {
        LocalModels models = new LocalModels(home, config);
        models.fetch(progress);
        // The database and the engine need nothing of each other, and each takes seconds.
        CompletableFuture<Database> opening =
                InBackground.supply(() -> Database.open(home, config.database(), config.model()));
        parts.started("database", () -> joined(opening).close());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Vertx vertx = vertx(registry);
        parts.started("event loops", () -> await(vertx.close()));
        ProtocolCodecs.registerAll(vertx.eventBus());
        ManagementServer management = new ManagementServer(config.management(), registry, ready::get);
        await(vertx.deployVerticle(management));

        startInference(vertx, models.served(), registry);
        Database database = joined(opening);
        int port = startApi(vertx, database, registry);
        // A first request that comes before the first lease would be told that there is no engine.
        await(engineSeen(vertx));
        ready.set(true);
        parts.started("readiness", () -> ready.set(false));
        return banner(database, port, management.port());
    }

    private void startInference(Vertx vertx, ServedModels models, PrometheusMeterRegistry registry) {
        InferenceVerticle inference = new InferenceVerticle(id, models, config.inference(), registry);
        String deployment = await(vertx.deployVerticle(inference));
        parts.started("inference", () -> await(vertx.undeploy(deployment)));
        parts.started("running streams", () -> await(inference.drain(config.drainTimeout())));
    }

    private int startApi(Vertx vertx, Database database, PrometheusMeterRegistry registry) {
        PostgresStore store = PostgresStore.open(vertx, database.application(), database.pepper(), config.cache());
        parts.started("store", () -> await(store.close()));
        UsageWriter usage = new UsageWriter(vertx, store.usage(), config.usage());
        parts.started("usage writer", () -> await(usage.close()));
        Gauge.builder("insula.usage.pending", usage, UsageWriter::pending).register(registry);
        FunctionCounter.builder("insula.usage.written", usage, UsageWriter::written)
                .register(registry);
        FunctionCounter.builder("insula.usage.lost", usage, UsageWriter::lost).register(registry);
        ApiVerticle.Instances api = ApiVerticle.instances(new ApiSettings(
                id,
                config.http(),
                config.dispatch(),
                config.embedding(),
                config.vizra(),
                config.drainTimeout(),
                store.accessKeys(),
                store.assistantConfigs(),
                usage::record,
                registry));
        String deployment = await(vertx.deployVerticle(
                api, new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors())));
        parts.started("http", () -> await(vertx.undeploy(deployment)));
        return api.port();
    }

    private static Future<EngineStatus> engineSeen(Vertx vertx) {
        Promise<EngineStatus> seen = Promise.promise();
        MessageConsumer<EngineStatus> consumer = vertx.eventBus().consumer(Addresses.INFERENCE_STATUS);
        consumer.handler(message -> seen.tryComplete(message.body()));
        return seen.future().eventually(consumer::unregister);
    }

    private Banner banner(Database database, int port, int managementPort) {
        return new Banner(
                "http://" + reachable(config.http().host()) + ":" + port + "/v1.0/tenants/"
                        + database.welcome().tenant() + "/assistant/openai",
                database.shownKey().orElse(null),
                database.keyNote(),
                database.welcome().config().value(),
                database.configName(),
                config.model().value(),
                "http://" + reachable(config.management().host()) + ":" + managementPort);
    }

    /** A wildcard address is nothing a client can connect to. */
    private static String reachable(String host) {
        return switch (host) {
            case "0.0.0.0", "::", "[::]" -> "127.0.0.1";
            default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        };
    }

    private static Vertx vertx(PrometheusMeterRegistry registry) {
        MicrometerMetricsOptions metrics = new MicrometerMetricsOptions()
                .setEnabled(true)
                .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))
                // Reply addresses would be labels without bound; pools and clients would register one gauge twice.
                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                .addDisabledMetricsCategory(MetricsDomain.NAMED_POOLS)
                .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT)
                .setLabels(EnumSet.of(Label.HTTP_METHOD, Label.HTTP_CODE, Label.HTTP_ROUTE));
        return Vertx.builder()
                .with(new VertxOptions().setMetricsOptions(metrics))
                .withMetrics(new MicrometerMetricsFactory(registry))
                .build();
    }

    private static <T> T joined(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.plus(config.drainTimeout()).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted.");
        } catch (TimeoutException e) {
            throw new StartException("Nothing happened for " + PATIENCE.toSeconds() + " s; giving up.");
        } catch (ExecutionException e) {
            throw StartException.because(e.getCause() == null ? e : e.getCause(), config);
        }
    }
}
