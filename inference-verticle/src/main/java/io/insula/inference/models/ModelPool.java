package io.insula.inference.models;

import io.insula.inference.admission.AdmittedModel;
import io.insula.inference.admission.ModelUnavailableException;
import io.insula.inference.admission.Models;
import io.insula.inference.schedule.Scheduler;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads models when they are named, within a memory budget: whoever was not used for longest makes room, but never a model
 * that streams run on.
 *
 * <p>Commands that name a model while it is loaded share the one load. A load that failed is told to everybody who waits, is
 * counted, and is tried again when a command comes after the retry delay.
 *
 * <p><b>Thread:</b> one event loop.
 */
public final class ModelPool implements Models {

    private static final Logger log = LoggerFactory.getLogger(ModelPool.class);
    private static final int BUSY_RETRY_MILLIS = 2_000;

    /** Makes what serves a model that is open; its scheduler is not started yet. */
    @FunctionalInterface
    public interface Admission {
        AdmittedModel of(ModelName name, OpenModel model);
    }

    private final Map<ModelName, PooledModel> byName = new LinkedHashMap<>();
    private final List<PooledModel> models;
    private final PoolConfig config;
    private final Admission admission;
    private final PoolMeters meters;
    private final Context loop;
    private final LongSupplier nanos;
    private long usedBytes;
    private long uses;
    private boolean closed;

    /**
     * @param models names are unique over all of them
     * @param loop the event loop
     * @param nanos a clock as {@link System#nanoTime}
     */
    public ModelPool(
            List<LoadableModel> models,
            PoolConfig config,
            Admission admission,
            PoolMeters meters,
            Context loop,
            LongSupplier nanos) {
        this.config = config;
        this.admission = admission;
        this.meters = meters;
        this.loop = loop;
        this.nanos = nanos;
        this.models = models.stream()
                .map(model -> new PooledModel(model, nanos.getAsLong()))
                .toList();
        for (PooledModel model : this.models) {
            for (ModelName name : model.model.names()) {
                if (byName.put(name, model) != null) {
                    throw new IllegalArgumentException("models: " + name + " twice (expected: each name once)");
                }
            }
        }
        meters.memory(() -> usedBytes, config.memoryBytes());
    }

    @Override
    public Set<ModelName> names() {
        return Set.copyOf(byName.keySet());
    }

    @Override
    public Future<AdmittedModel> hold(ModelName name) {
        PooledModel model = Objects.requireNonNull(byName.get(name), () -> "no model " + name);
        model.holders++;
        model.usedAt = ++uses;
        if (model.loading == null) {
            Optional<ModelUnavailableException> refusal = refusal(model);
            if (refusal.isPresent()) {
                return Future.failedFuture(refusal.get());
            }
            // It may fail before it returns, and then the model is not loading any longer.
            Promise<AdmittedModel> loading = Promise.promise();
            model.loading = loading.future();
            load(model).onComplete(loading);
            return loading.future();
        }
        return model.loading;
    }

    @Override
    public void release(ModelName name) {
        PooledModel model = byName.get(name);
        if (model != null) {
            model.holders--;
        }
    }

    @Override
    public Collection<Scheduler> schedulers() {
        return loaded().toList();
    }

    /** What every name can take right now. */
    public List<ModelStatus> status(int queueCapacity) {
        return byName.entrySet().stream()
                .map(entry -> entry.getValue()
                        .status(entry.getKey(), queueCapacity, nanos.getAsLong() - entry.getValue().loadAtNanos >= 0))
                .toList();
    }

    /** Refuses new loads and closes every model. */
    public Future<Void> close() {
        closed = true;
        return Future.all(models.stream()
                        .map(model -> model.loading == null
                                ? Future.<Void>succeededFuture()
                                : model.loading.transform(loaded -> evict(model)))
                        .toList())
                .mapEmpty();
    }

    private Optional<ModelUnavailableException> refusal(PooledModel model) {
        long waitNanos = model.loadAtNanos - nanos.getAsLong();
        if (closed) {
            return Optional.of(new ModelUnavailableException("the inference node stops", BUSY_RETRY_MILLIS));
        }
        if (waitNanos > 0) {
            int millis = (int) Math.max(1, waitNanos / 1_000_000);
            return Optional.of(new ModelUnavailableException(
                    "the model " + model.model.name() + " could not be loaded: " + model.failure, millis));
        }
        return leavingFor(model).isPresent()
                ? Optional.empty()
                : Optional.of(new ModelUnavailableException(
                        "the memory is taken by models that are in use; try again later", BUSY_RETRY_MILLIS));
    }

    /** The models that make room, least recently used first; empty when even all that can would not suffice. */
    private Optional<List<PooledModel>> leavingFor(PooledModel model) {
        List<PooledModel> candidates = models.stream()
                .filter(PooledModel::evictable)
                .sorted(Comparator.comparingLong(candidate -> candidate.usedAt))
                .toList();
        long left = usedBytes;
        int count = 0;
        while (!fits(model, left) && count < candidates.size()) {
            left -= candidates.get(count++).model.bytes();
        }
        return fits(model, left) ? Optional.of(candidates.subList(0, count)) : Optional.empty();
    }

    /** A model that is larger than the whole budget is loaded when it is the only one. */
    private boolean fits(PooledModel model, long besidesBytes) {
        return besidesBytes == 0 || model.model.bytes() <= config.memoryBytes() - besidesBytes;
    }

    private Future<AdmittedModel> load(PooledModel model) {
        long startedNanos = nanos.getAsLong();
        Future<?> room = Future.join(
                leavingFor(model).orElse(List.of()).stream().map(this::evict).toList());
        usedBytes += model.model.bytes();
        return room.transform(made -> loop.executeBlocking(model.model.opener(), false))
                .compose(opened -> start(model, Objects.requireNonNull(opened)))
                .onSuccess(ready -> {
                    meters.loaded(nanos.getAsLong() - startedNanos);
                    log.info("Model {} is loaded", model.model.name());
                })
                .recover(failure -> {
                    failed(model, failure);
                    return Future.failedFuture(new ModelUnavailableException(
                            "the model " + model.model.name() + " could not be loaded: " + model.failure, failure, (int)
                                    config.retryDelay().toMillis()));
                });
    }

    private Future<AdmittedModel> start(PooledModel model, OpenModel opened) {
        model.open = opened;
        AdmittedModel admitted = admission.of(model.model.name(), opened);
        Scheduler scheduler = admitted.scheduler();
        return bring(scheduler.start())
                .map(started -> {
                    model.admitted = admitted;
                    return admitted;
                })
                .recover(failure -> bring(scheduler.close()).transform(gone -> Future.failedFuture(failure)));
    }

    private void failed(PooledModel model, Throwable failure) {
        log.error("Model {} cannot be loaded; next try in {}", model.model.name(), config.retryDelay(), failure);
        meters.failed(model.model.name());
        model.failure = String.valueOf(failure.getMessage());
        model.loadAtNanos = nanos.getAsLong() + config.retryDelay().toNanos();
        OpenModel open = model.open;
        model.loading = null;
        model.admitted = null;
        model.open = null;
        usedBytes -= model.model.bytes();
        close(model, open);
    }

    /** Unloads a model; its memory counts as free when it is gone. */
    private Future<Void> evict(PooledModel model) {
        AdmittedModel admitted = model.admitted;
        if (admitted == null) {
            return Future.succeededFuture();
        }
        OpenModel open = model.open;
        model.admitted = null;
        model.loading = null;
        model.open = null;
        return bring(admitted.scheduler().close()).transform(closed -> {
            usedBytes -= model.model.bytes();
            meters.unloaded(model.model.name());
            log.info("Model {} is unloaded", model.model.name());
            return close(model, open);
        });
    }

    private Future<Void> close(PooledModel model, @Nullable OpenModel open) {
        if (open == null) {
            return Future.succeededFuture();
        }
        return loop.<Boolean>executeBlocking(
                        () -> {
                            open.closer().run();
                            return true;
                        },
                        false)
                .onFailure(failure -> log.warn("The file of {} does not close", model.model.name(), failure))
                .mapEmpty();
    }

    private Stream<Scheduler> loaded() {
        return models.stream()
                .map(model -> model.admitted)
                .filter(Objects::nonNull)
                .map(AdmittedModel::scheduler);
    }

    /** Does something with every loaded model's scheduler and waits for it. */
    public Future<Void> all(Function<Scheduler, CompletableFuture<Void>> action) {
        return Future.join(loaded().map(scheduler -> bring(action.apply(scheduler)))
                        .toList())
                .mapEmpty();
    }

    private Future<Void> bring(CompletableFuture<Void> stage) {
        return Future.fromCompletionStage(stage, loop)
                .recover(failure -> Future.failedFuture(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure));
    }
}
