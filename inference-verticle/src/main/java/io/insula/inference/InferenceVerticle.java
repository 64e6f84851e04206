package io.insula.inference;

import io.insula.inference.admission.AdmittedModel;
import io.insula.inference.admission.CompiledGrammars;
import io.insula.inference.admission.Door;
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
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires a node's door, models and embedding desk to the event bus; one instance a node. */
public final class InferenceVerticle extends VerticleBase {

    private static final Logger log = LoggerFactory.getLogger(InferenceVerticle.class);

    private final NodeId node;
    private final ServedModels models;
    private final InferenceConfig config;
    private final MeterRegistry registry;
    private @Nullable ModelPool pool;
    private @Nullable Door door;
    private @Nullable EmbeddingDesk desk;

    /**
     * A node that loads its models when it starts, and has no others.
     *
     * @param models each under its own name; their tokenizers stay the caller's to close
     */
    public InferenceVerticle(NodeId node, List<LoadedModel> models, InferenceConfig config, MeterRegistry registry) {
        this(node, ServedModels.loaded(models), config, registry);
    }

    public InferenceVerticle(NodeId node, ServedModels models, InferenceConfig config, MeterRegistry registry) {
        this.node = node;
        this.models = models;
        this.config = config;
        this.registry = registry;
    }

    @Override
    public Future<?> start() {
        ProtocolCodecs.registerAll(vertx.eventBus());
        ApiNodes apiNodes = new ApiNodes(System::nanoTime);
        FrameSink sink = new BusFrameSink(vertx.eventBus(), node, apiNodes);
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
                            opened.heard(status);
                        })))
                .onSuccess(ready -> {
                    vertx.setPeriodic(Leases.PERIOD.toMillis(), tick -> tick());
                    publishStatus();
                    log.info("Inference node {} serves {}", node, loading.names());
                })
                .recover(failure -> loading.close().transform(closed -> Future.failedFuture(failure)));
    }

    /** Accepts nothing more and completes when every stream has ended; those that run past the limit are cancelled. */
    public Future<Void> drain(Duration limit) {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(now -> {
            door().drain();
            publishStatus();
            long timer = vertx.setTimer(
                    Math.max(1, limit.toMillis()), over -> pool().schedulers().forEach(Scheduler::cancelAll));
            Future<Void> embedded = desk().drain();
            pool().all(Scheduler::whenIdle).compose(idle -> embedded).onComplete(idle -> {
                vertx.cancelTimer(timer);
                drained.handle(idle);
            });
        });
        return drained.future();
    }

    @Override
    public Future<?> stop() {
        door().drain();
        publishStatus();
        Future<Void> embeddingsClosed = Future.fromCompletionStage(desk().close(), context);
        return pool().close().compose(closed -> embeddingsClosed);
    }

    private Future<?> load(ModelName name) {
        return pool().hold(name).onComplete(loaded -> pool().release(name));
    }

    private Runnable alarm(Duration delay, Runnable action) {
        long timer = vertx.setTimer(delay.toMillis(), due -> action.run());
        return () -> vertx.cancelTimer(timer);
    }

    private void tick() {
        door().checkLeases();
        publishStatus();
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
