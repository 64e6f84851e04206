package io.insula.inference;

import io.insula.inference.admission.AdmittedModel;
import io.insula.inference.admission.CompiledGrammars;
import io.insula.inference.admission.Door;
import io.insula.inference.admission.StreamAccounts;
import io.insula.inference.admission.WaitingRoom;
import io.insula.inference.decode.AnswerSyntax;
import io.insula.inference.embed.EmbeddingDesk;
import io.insula.inference.models.ModelPool;
import io.insula.inference.models.OpenModel;
import io.insula.inference.models.PoolMeters;
import io.insula.inference.schedule.FrameSink;
import io.insula.inference.schedule.Scheduler;
import io.insula.protocol.Addresses;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wires a node's door, models and embedding desk to the event bus; one instance a node. A process may have several, one for each of
 * its devices.
 */
public final class InferenceVerticle extends VerticleBase {

    private static final Logger log = LoggerFactory.getLogger(InferenceVerticle.class);
    private static final Duration WATCH = Duration.ofMillis(250);
    /** What a device may take to hand its streams over, and to stop. */
    private static final Duration PARTING = Duration.ofSeconds(5);

    /** How long a stopping node tries to hand over the usage of silent HTTP nodes' streams. */
    private static final Duration ORPHANS_LIMIT = Duration.ofSeconds(5);

    private final NodeId node;
    private final NodeId process;
    private final ServedModels models;
    private final InferenceConfig config;
    private final MeterRegistry registry;
    private final NodeDepartures departures;
    private Runnable deaf = () -> {};
    private @Nullable ModelPool pool;
    private @Nullable Door door;
    private @Nullable EmbeddingDesk desk;
    private @Nullable OrphanedUsageMail mail;
    private volatile boolean hopeless;

    /**
     * A node that loads its models when it starts, and has no others.
     *
     * @param models each under its own name; their tokenizers stay the caller's to close
     */
    public InferenceVerticle(NodeId node, List<LoadedModel> models, InferenceConfig config, MeterRegistry registry) {
        this(node, ServedModels.loaded(models), config, registry);
    }

    public InferenceVerticle(NodeId node, ServedModels models, InferenceConfig config, MeterRegistry registry) {
        this(node, node, models, config, registry, NodeDepartures.NONE);
    }

    /**
     * @param process the name of the process, which its HTTP side has, if there is one
     * @param departures of HTTP nodes
     */
    public InferenceVerticle(
            NodeId node,
            NodeId process,
            ServedModels models,
            InferenceConfig config,
            MeterRegistry registry,
            NodeDepartures departures) {
        this.node = node;
        this.process = process;
        this.models = models;
        this.config = config;
        this.registry = registry;
        this.departures = departures;
    }

    @Override
    public Future<?> start() {
        ProtocolCodecs.registerAll(vertx.eventBus());
        ApiNodes apiNodes = new ApiNodes(System::nanoTime);
        OrphanedUsageMail orphans =
                new OrphanedUsageMail(vertx.eventBus(), context, apiNodes, registry, System::nanoTime);
        mail = orphans;
        StreamAccounts sink =
                new StreamAccounts(new BusFrameSink(vertx.eventBus(), node, apiNodes), orphans::add, System::nanoTime);
        ModelPool loading = new ModelPool(
                models.decoders(),
                config.pool(),
                (name, model) -> admitted(name, model, sink),
                new PoolMeters(registry),
                context,
                System::nanoTime);
        pool = loading;
        Door opened = new Door(
                loading,
                config.admission(),
                new PreparationWorkers(vertx, node),
                new WaitingRoom(sink, this::alarm, System::nanoTime),
                sink,
                System::nanoTime);
        door = opened;
        EmbeddingDesk embedding =
                new EmbeddingDesk(models.embeddings(), config.embedding(), context, registry, System::nanoTime);
        desk = embedding;
        BusInbox inbox = new BusInbox(vertx.eventBus());
        return Future.join(models.atStart().stream().map(this::load).toList())
                .compose(ready -> Future.all(
                        inbox.answer(Addresses.admit(node), GenerateCommand.class, opened::admit),
                        inbox.listen(
                                Addresses.control(node),
                                CancelStream.class,
                                (message, cancel) -> opened.cancel(cancel)),
                        inbox.answer(Addresses.embed(node), EmbedCommand.class, embedding::embed),
                        inbox.listen(Addresses.API_STATUS, ApiStatus.class, (message, status) -> {
                            apiNodes.heard(status);
                            orphans.heard(status);
                            opened.heard(status);
                        })))
                .onSuccess(ready -> {
                    deaf = departures.listen(gone -> context.runOnContext(now -> {
                        apiNodes.left(gone);
                        opened.left(gone);
                    }));
                    Absence absence = new Absence(System::nanoTime);
                    vertx.setPeriodic(Leases.PERIOD.toMillis(), tick -> tick(absence));
                    vertx.setPeriodic(WATCH.toMillis(), look -> watchDevices());
                    publishStatus();
                    log.info("Inference node {} serves {}", node, loading.names());
                })
                .recover(failure -> loading.close().transform(closed -> Future.failedFuture(failure)));
    }

    /**
     * Accepts nothing more and completes when every stream has ended; those that run past the limit are handed over. A device
     * that hangs is not waited for.
     */
    public Future<Void> drain(Duration limit) {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(now -> {
            door().drain();
            publishStatus();
            long timer = vertx.setTimer(
                    Math.max(1, limit.toMillis()),
                    over -> pool().schedulers().forEach(scheduler -> scheduler.handOver(null)));
            Future<Void> embedded = desk().drain();
            pool().all(Scheduler::whenIdle)
                    .compose(idle -> embedded)
                    .timeout(limit.plus(PARTING).toMillis(), TimeUnit.MILLISECONDS)
                    .recover(hanging -> parting("hand its streams over", hanging))
                    .onComplete(idle -> {
                        vertx.cancelTimer(timer);
                        drained.handle(idle);
                    });
        });
        return drained.future();
    }

    /** Whether one of its devices hangs for so long that it will hardly go on; on any thread. */
    public boolean hopeless() {
        return hopeless;
    }

    @Override
    public Future<?> stop() {
        deaf.run();
        door().drain();
        publishStatus();
        Future<Void> embeddingsClosed = Future.fromCompletionStage(desk().close(), context);
        return pool().close()
                .compose(closed -> embeddingsClosed)
                .timeout(PARTING.toMillis(), TimeUnit.MILLISECONDS)
                .recover(hanging -> parting("stop", hanging))
                .eventually(() -> Objects.requireNonNull(mail).close(ORPHANS_LIMIT));
    }

    private static Future<Void> parting(String what, Throwable failure) {
        log.warn("A device does not {}; it is left as it is", what, failure);
        return Future.succeededFuture();
    }

    private Future<?> load(ModelName name) {
        return pool().hold(name).onComplete(loaded -> pool().release(name));
    }

    private Runnable alarm(Duration delay, Runnable action) {
        long timer = vertx.setTimer(delay.toMillis(), due -> action.run());
        return () -> vertx.cancelTimer(timer);
    }

    private void tick(Absence absence) {
        if (absence.wasLong()) {
            // This node's own HTTP side was away as well, and has given nothing up.
            pool().schedulers().forEach(scheduler -> scheduler.handOver(process));
        }
        door().checkLeases();
        Objects.requireNonNull(mail).sendDue();
        publishStatus();
    }

    private void watchDevices() {
        long now = System.nanoTime();
        boolean changed = false;
        boolean gone = false;
        for (Scheduler scheduler : pool().schedulers()) {
            changed |= scheduler.watch(now);
            gone |= scheduler.hopeless();
        }
        hopeless = gone;
        if (changed) {
            publishStatus();
        }
    }

    private void publishStatus() {
        EngineStatus status = new EngineStatus(
                node,
                ProtocolCodecs.VERSION,
                door().draining(),
                pool().status(config.admission().pendingCommands()),
                desk().status(),
                ProtocolCodecs.OLDEST_VERSION);
        vertx.eventBus().publish(Addresses.INFERENCE_STATUS, status);
    }

    private AdmittedModel admitted(ModelName name, OpenModel model, FrameSink sink) {
        AnswerSyntax syntax = AnswerSyntax.of(model.tokenizer());
        return new AdmittedModel(
                model.tokenizer(),
                syntax,
                new CompiledGrammars(model.tokenizer(), syntax, config.grammar()),
                scheduler(name, model, sink));
    }

    private Scheduler scheduler(ModelName name, OpenModel model, FrameSink sink) {
        return new Scheduler(
                name,
                model.textFingerprint(),
                model.contextTokens(),
                model.engines(),
                model.tokenizer(),
                config.scheduler(),
                sink,
                registry,
                System::nanoTime);
    }

    private ModelPool pool() {
        return Objects.requireNonNull(pool);
    }

    private EmbeddingDesk desk() {
        return Objects.requireNonNull(desk);
    }

    private Door door() {
        return Objects.requireNonNull(door);
    }
}
