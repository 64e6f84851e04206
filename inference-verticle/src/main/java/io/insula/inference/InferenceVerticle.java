package io.insula.inference;

import io.insula.inference.admission.AdmittedModel;
import io.insula.inference.admission.Door;
import io.insula.inference.embed.EmbeddingDesk;
import io.insula.inference.embed.EmbeddingModel;
import io.insula.inference.schedule.Scheduler;
import io.insula.protocol.Addresses;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires a node's door and schedulers to the event bus; one instance a node. */
public final class InferenceVerticle extends VerticleBase {

    private static final Logger log = LoggerFactory.getLogger(InferenceVerticle.class);
    private static final int ENGINE_FAILED = 500;

    private final NodeId node;
    private final List<LoadedModel> models;
    private final List<EmbeddingModel> embeddings;
    private final InferenceConfig config;
    private final MeterRegistry registry;
    private final Map<ModelName, AdmittedModel> admitted = new LinkedHashMap<>();
    private @Nullable Door door;
    private @Nullable EmbeddingDesk desk;

    /** A node without embedding models. */
    public InferenceVerticle(NodeId node, List<LoadedModel> models, InferenceConfig config, MeterRegistry registry) {
        this(node, models, List.of(), config, registry);
    }

    /**
     * @param models what the node serves, each under its own name; their tokenizers stay the caller's to close
     * @param embeddings its embedding models
     */
    public InferenceVerticle(
            NodeId node,
            List<LoadedModel> models,
            List<EmbeddingModel> embeddings,
            InferenceConfig config,
            MeterRegistry registry) {
        this.node = node;
        this.models = List.copyOf(models);
        this.embeddings = List.copyOf(embeddings);
        this.config = config;
        this.registry = registry;
        if (models.stream().map(LoadedModel::name).distinct().count() < models.size()) {
            throw new IllegalArgumentException("models: one name twice (expected: each once)");
        }
    }

    @Override
    public Future<?> start() {
        ProtocolCodecs.registerAll(vertx.eventBus());
        models.forEach(model -> admitted.put(model.name(), new AdmittedModel(model.tokenizer(), scheduler(model))));
        Door opened = new Door(
                admitted,
                config.admission(),
                work -> vertx.executeBlocking(work, false).map(Objects::requireNonNull),
                System::nanoTime);
        door = opened;
        EmbeddingDesk embedding =
                new EmbeddingDesk(embeddings, config.embedding(), context, registry, System::nanoTime);
        desk = embedding;
        BusInbox inbox = new BusInbox(vertx.eventBus());
        return allSchedulers(Scheduler::start)
                .compose(ready -> Future.all(
                        inbox.listen(Addresses.admit(node), GenerateCommand.class, this::admit),
                        inbox.listen(
                                Addresses.control(node),
                                CancelStream.class,
                                (message, cancel) -> opened.cancel(cancel)),
                        inbox.listen(
                                Addresses.embed(node),
                                EmbedCommand.class,
                                (message, command) -> embedding
                                        .embed(command)
                                        .onSuccess(message::reply)
                                        .onFailure(failure ->
                                                message.fail(ENGINE_FAILED, String.valueOf(failure.getMessage())))),
                        inbox.listen(Addresses.API_STATUS, ApiStatus.class, (message, status) -> opened.heard(status))))
                .onSuccess(ready -> {
                    vertx.setPeriodic(Leases.PERIOD.toMillis(), tick -> tick());
                    publishStatus();
                    log.info("Inference node {} serves {}", node, admitted.keySet());
                })
                .recover(failure -> allSchedulers(Scheduler::close).transform(closed -> Future.failedFuture(failure)));
    }

    /** Accepts nothing more and completes when every stream has ended; those that run past the limit are cancelled. */
    public Future<Void> drain(Duration limit) {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(now -> {
            door().drain();
            publishStatus();
            long timer = vertx.setTimer(
                    Math.max(1, limit.toMillis()), over -> schedulers().forEach(Scheduler::cancelAll));
            Future<Void> embedded = desk().drain();
            allSchedulers(Scheduler::whenIdle).compose(idle -> embedded).onComplete(idle -> {
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
        return allSchedulers(Scheduler::close).compose(closed -> embeddingsClosed);
    }

    private void admit(Message<Object> message, GenerateCommand command) {
        door().admit(command).onSuccess(message::reply);
    }

    private void tick() {
        door().checkLeases();
        publishStatus();
    }

    private void publishStatus() {
        List<ModelStatus> statuses = schedulers().map(Scheduler::status).toList();
        EngineStatus status =
                new EngineStatus(node, ProtocolCodecs.VERSION, door().draining(), statuses, desk().status());
        vertx.eventBus().publish(Addresses.INFERENCE_STATUS, status);
    }

    private Scheduler scheduler(LoadedModel model) {
        return new Scheduler(
                model.name(),
                model.textFingerprint(),
                model.contextTokens(),
                model.engines(),
                model.tokenizer(),
                config.scheduler(),
                new BusFrameSink(vertx.eventBus(), node),
                registry,
                System::nanoTime);
    }

    private Stream<Scheduler> schedulers() {
        return admitted.values().stream().map(AdmittedModel::scheduler);
    }

    private Future<Void> allSchedulers(Function<Scheduler, CompletableFuture<Void>> action) {
        return Future.all(schedulers()
                        .map(scheduler -> Future.fromCompletionStage(action.apply(scheduler), context))
                        .toList())
                .mapEmpty();
    }

    private EmbeddingDesk desk() {
        return Objects.requireNonNull(desk);
    }

    private Door door() {
        return Objects.requireNonNull(door);
    }
}
