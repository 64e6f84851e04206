package io.insula.inference.embed;

import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.ModelName;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers embedding commands: checks them, has their texts tokenized and computed.
 *
 * <p><b>Thread:</b> one event loop.
 *
 * <p><b>Errors:</b> a command that cannot be answered now or ever is {@link Rejected}; the future fails with an {@link EmbeddingException} when the engine did.
 */
public final class EmbeddingDesk {

    private static final Logger log = LoggerFactory.getLogger(EmbeddingDesk.class);
    private static final int RETRY_ELSEWHERE_MILLIS = 1_000;

    private final Map<ModelName, EmbeddingShelf> shelves = new LinkedHashMap<>();
    private final Context loop;
    private final Promise<Void> idle = Promise.promise();
    private int open;
    private boolean draining;

    /**
     * @param models names are unique over all of them
     * @param loop the event loop
     * @param nanos a clock as {@link System#nanoTime}
     */
    public EmbeddingDesk(
            List<EmbeddingModel> models,
            EmbeddingConfig config,
            Context loop,
            MeterRegistry registry,
            LongSupplier nanos) {
        this.loop = loop;
        for (EmbeddingModel model : models) {
            EmbeddingShelf shelf = new EmbeddingShelf(model, config, registry, nanos);
            for (ModelName name : model.names()) {
                if (shelves.put(name, shelf) != null) {
                    throw new IllegalArgumentException("models: " + name + " twice (expected: each name once)");
                }
            }
        }
    }

    /** Answers a command. */
    public Future<EmbedReply> embed(EmbedCommand command) {
        EmbeddingShelf shelf = shelves.get(command.model());
        if (draining) {
            return rejected(Reason.DRAINING, "the engine is about to leave", null, RETRY_ELSEWHERE_MILLIS);
        }
        if (shelf == null) {
            String served = String.join(
                    ", ", shelves.keySet().stream().map(ModelName::value).toList());
            return rejected(
                    Reason.MODEL_NOT_FOUND, "model: '" + command.model() + "' (expected: " + served + ")", "model", 0);
        }
        int texts = command.texts().size();
        if (!shelf.reserve(texts)) {
            return rejected(
                    Reason.OVERLOADED, "the embedding queue is full; try again later", null, shelf.retryAfterMillis());
        }
        open++;
        return loop.executeBlocking(() -> shelf.encode(command.texts()), false)
                .onFailure(unencodable -> shelf.giveBack(texts))
                .compose(tokens -> compute(shelf, Objects.requireNonNull(tokens)))
                .recover(EmbeddingDesk::failed)
                .onComplete(answered -> {
                    open--;
                    completeWhenIdle();
                });
    }

    private Future<EmbedReply> compute(EmbeddingShelf shelf, List<int[]> texts) {
        for (int i = 0; i < texts.size(); i++) {
            int tokens = texts.get(i).length;
            if (tokens > shelf.maxTokens()) {
                shelf.giveBack(texts.size());
                return rejected(
                        Reason.CONTEXT_LENGTH_EXCEEDED,
                        "This model's maximum context length is " + shelf.maxTokens()
                                + " tokens. However, your input has " + tokens
                                + " tokens. Please reduce the length of the input.",
                        "texts[" + i + "]",
                        0);
            }
        }
        return Future.fromCompletionStage(shelf.embed(texts), loop).map(embedded -> embedded);
    }

    private static Future<EmbedReply> failed(Throwable failure) {
        if (failure instanceof EmbeddingException) {
            return Future.failedFuture(failure);
        }
        log.error("Texts could not be embedded", failure);
        return Future.failedFuture(new EmbeddingException("the embedding engine failed", failure));
    }

    /** What each name can take right now. */
    public List<EmbeddingStatus> status() {
        return shelves.entrySet().stream()
                .map(entry -> entry.getValue().status(entry.getKey()))
                .toList();
    }

    /** From now on every new command is rejected; completes when those that were taken are answered. */
    public Future<Void> drain() {
        draining = true;
        completeWhenIdle();
        return idle.future();
    }

    private void completeWhenIdle() {
        if (draining && open == 0) {
            idle.tryComplete();
        }
    }

    /** Ends everything; completes when the engines are closed. */
    public CompletableFuture<Void> close() {
        draining = true;
        return CompletableFuture.allOf(opened().map(EmbeddingShelf::close).toArray(CompletableFuture[]::new));
    }

    private Stream<EmbeddingShelf> opened() {
        return shelves.values().stream().distinct();
    }

    private static Future<EmbedReply> rejected(
            Reason reason, String message, @Nullable String param, int retryAfterMillis) {
        return Future.succeededFuture(new Rejected(reason, message, param, retryAfterMillis));
    }
}
