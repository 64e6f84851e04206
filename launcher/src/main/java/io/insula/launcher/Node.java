package io.insula.launcher;

import io.insula.launcher.cluster.Membership;
import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.management.ManagementServer;
import io.insula.launcher.terminal.Progress;
import io.insula.protocol.Addresses;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.Leases;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One process: starts database, bus, engine and HTTP side in this order, those that its roles need, and registers how
 * each stops.
 *
 * <p><b>Thread:</b> {@link #start} blocks its caller until requests are answered.
 */
final class Node {

    private final Home home;
    private final InsulaConfig config;
    private final Roles roles;
    private final EngineFitting fitting;
    private final Progress progress;
    private final LifeCycle parts;
    private final Awaiting awaiting;
    private final NodeId id = new NodeId(
            "node-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
    private final AtomicBoolean ready = new AtomicBoolean();

    Node(Home home, InsulaConfig config, Roles roles, EngineFitting fitting, Progress progress, LifeCycle parts) {
        this.home = home;
        this.config = config;
        this.roles = roles;
        this.fitting = fitting;
        this.progress = progress;
        this.parts = parts;
        this.awaiting = new Awaiting(config);
    }

    RunningNode start() {
        @Nullable LocalModels models = roles.inference() ? new LocalModels(home, config, fitting) : null;
        if (models != null) {
            models.fetch(progress);
        }
        @Nullable Membership membership = config.cluster().isClustered() ? Membership.of(config.cluster(), id) : null;
        // The database and the engine need nothing of each other, and each takes seconds.
        @Nullable CompletableFuture<Database> opening = roles.api() ? open() : null;
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Vertx vertx = awaiting.await(EventLoops.start(registry, membership));
        parts.started("event loops", () -> awaiting.await(vertx.close()));
        if (membership != null) {
            membership.watch();
        }
        ProtocolCodecs.registerAll(vertx.eventBus());
        ManagementServer management = new ManagementServer(config.management(), registry, ready::get);
        awaiting.await(vertx.deployVerticle(management));
        if (models != null) {
            new InferenceRole(id, config, parts).start(vertx, models, registry);
        }
        @Nullable Database database = opening == null ? null : Awaiting.joined(opening);
        int port = database == null ? 0 : new ApiRole(id, config, parts).start(vertx, database, registry);
        if (database != null) {
            // A first request that comes before the first lease would be told that there is no engine.
            awaiting.await(engineSeen(vertx));
        }
        ready.set(true);
        parts.started("readiness", () -> ready.set(false));
        return new RunningNode(id, roles, config, database, port, management.port(), membership);
    }

    private CompletableFuture<Database> open() {
        CompletableFuture<Database> opening =
                InBackground.supply(() -> Database.open(home, config.database(), config.model()));
        parts.started("database", () -> Awaiting.joined(opening).close());
        return opening;
    }

    /** Completes with the first lease of an engine; where none comes within a lease's time, none is waited for. */
    private static Future<?> engineSeen(Vertx vertx) {
        Promise<Void> seen = Promise.promise();
        MessageConsumer<EngineStatus> consumer = vertx.eventBus().consumer(Addresses.INFERENCE_STATUS);
        consumer.handler(message -> seen.tryComplete());
        return seen.future()
                .timeout(Leases.DURATION.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .eventually(consumer::unregister);
    }
}
