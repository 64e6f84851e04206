package io.insula.launcher;

import io.insula.api.http.ClusterPage;
import io.insula.launcher.cluster.Membership;
import io.insula.launcher.cluster.NodeDescription;
import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.engine.EnginePlace;
import io.insula.launcher.engine.EnginePlaces;
import io.insula.launcher.engine.GpuPlatform;
import io.insula.launcher.management.ManagementServer;
import io.insula.launcher.terminal.Progress;
import io.insula.protocol.Addresses;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.Leases;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.insula.store.Pepper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
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

    /** Enough to tell two secrets apart, and nothing to find one by. */
    private static final int SECRET_DIGITS = 16;

    private final Home home;
    private final InsulaConfig config;
    private final Roles roles;
    private final EngineFitting fitting;
    private final Progress progress;
    private final LifeCycle parts;
    private final Runnable giveUp;
    private final Awaiting awaiting;
    private final NodeId id = new NodeId(
            "node-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicBoolean ready = new AtomicBoolean();

    /**
     * @param fitting what is put around its engines
     * @param parts remembers what runs
     * @param giveUp called when only a new process helps: the node cannot be reached in its cluster and does not mend, or its
     *     GPUs are lost
     */
    Node(
            Home home,
            InsulaConfig config,
            Roles roles,
            EngineFitting fitting,
            Progress progress,
            LifeCycle parts,
            Runnable giveUp) {
        this.home = home;
        this.config = config;
        this.roles = roles;
        this.fitting = fitting;
        this.progress = progress;
        this.parts = parts;
        this.giveUp = giveUp;
        this.awaiting = new Awaiting(config);
    }

    RunningNode start() {
        List<EngineNode> engines = roles.inference() ? EngineNode.of(id, places()) : List.of();
        @Nullable LocalModels models = roles.inference() ? new LocalModels(home, config, fitting) : null;
        if (models != null) {
            models.fetch(progress);
        }
        @Nullable Pepper pepper = roles.api() ? Database.pepper(home, config.database()) : null;
        NodeDescription self = description(pepper, engines);
        @Nullable Membership membership = config.cluster().isClustered() ? Membership.of(config.cluster(), self) : null;
        NodeDepartures departures = membership == null ? NodeDepartures.NONE : membership;
        Neighbours neighbours = new Neighbours(self, membership, config, parts);
        Vertx vertx = awaiting.await(EventLoops.start(registry, membership));
        parts.started("event loops", () -> awaiting.await(vertx.close()));
        ProtocolCodecs.registerAll(vertx.eventBus());
        neighbours.meet(vertx, registry);
        // The database and the engine need nothing of each other, and each takes seconds.
        @Nullable CompletableFuture<Database> opening = pepper == null ? null : open(pepper);
        ManagementServer management = new ManagementServer(config.management(), registry, ready::get);
        awaiting.await(vertx.deployVerticle(management));
        List<String> listening = new ArrayList<>();
        if (models != null) {
            InferenceRole inference = new InferenceRole(id, engines, config, departures, parts);
            inference.start(vertx, models, registry);
            listening.addAll(inference.addresses());
        }
        @Nullable Database database = opening == null ? null : Awaiting.joined(opening);
        int port = 0;
        if (database != null) {
            ApiRole api = new ApiRole(id, home, config, departures, parts);
            port = api.start(vertx, database, page(neighbours), registry);
            listening.addAll(api.addresses());
            // A first request that comes before the first lease would be told that there is no engine.
            awaiting.await(engineSeen(vertx));
        }
        neighbours.lookAfterSelf(vertx, listening, giveUp, registry);
        ready.set(true);
        parts.started("readiness", () -> ready.set(false));
        return new RunningNode(id, roles, config, database, port, management.port(), membership);
    }

    private List<EnginePlace> places() {
        return new EnginePlaces(config, home.gpuDirectory(), GpuPlatform.local(home.nativeCache())).choose(giveUp);
    }

    private NodeDescription description(@Nullable Pepper pepper, List<EngineNode> engines) {
        String secret = pepper == null
                ? ""
                : HexFormat.of().formatHex(pepper.derive("insula.cluster")).substring(0, SECRET_DIGITS);
        Instant started = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
        return new NodeDescription(
                id,
                roles.names(),
                Insula.VERSION,
                started,
                secret,
                "",
                engines.stream().map(EngineNode::id).toList());
    }

    private ClusterPage page(Neighbours neighbours) {
        AdminKeyFile file = AdminKeyFile.of(home, config.adminKeyFile());
        return new ClusterPage(file.orNew(), neighbours.roster()::nodes);
    }

    private CompletableFuture<Database> open(Pepper pepper) {
        CompletableFuture<Database> opening =
                InBackground.supply(() -> Database.open(home, config.database(), pepper, config.model()));
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
