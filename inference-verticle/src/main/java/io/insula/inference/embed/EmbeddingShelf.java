package io.insula.inference.embed;

import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.ModelName;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One embedding model in service: its tokenizer, its queue and its device thread, each there once it is needed.
 *
 * <p><b>Thread:</b> any.
 */
final class EmbeddingShelf {

    private static final int MILLIS_PER_TEXT = 10;
    private static final int LEAST_RETRY_MILLIS = 500;
    private static final int MOST_RETRY_MILLIS = 60_000;
    private static final String STOPPED = "the inference node stops";

    private final EmbeddingModel model;
    private final int maxTokens;
    private final int capacity;
    private final EmbeddingQueue queue;
    private final EmbeddingRunner runner;
    private final LongSupplier nanos;
    private @Nullable TextEncoder encoder;

    EmbeddingShelf(EmbeddingModel model, EmbeddingConfig config, MeterRegistry registry, LongSupplier nanos) {
        this.model = model;
        this.maxTokens = Math.min(model.maxTokens(), config.maxTokens());
        this.capacity = config.queueTexts();
        this.queue = new EmbeddingQueue(config);
        EmbeddingMeters meters = new EmbeddingMeters(registry, model.names().getFirst());
        meters.waiting(queue::queuedTexts);
        this.runner = new EmbeddingRunner(model.engines(), config, meters, nanos);
        this.nanos = nanos;
    }

    EmbeddingModel model() {
        return model;
    }

    int maxTokens() {
        return maxTokens;
    }

    EmbeddingStatus status(ModelName name) {
        return new EmbeddingStatus(
                name, model.fingerprint(), model.dimensions(), maxTokens, queue.queuedTexts(), capacity);
    }

    boolean reserve(int texts) {
        return queue.reserve(texts);
    }

    void giveBack(int texts) {
        queue.giveBack(texts);
    }

    /** The tokens of texts; opens the tokenizer the first time. Blocks. */
    List<int[]> encode(List<String> texts) {
        TextEncoder open = encoder();
        return texts.stream().map(open::encode).toList();
    }

    /** Computes texts that room was taken for. */
    CompletableFuture<Embedded> embed(List<int[]> texts) {
        EmbeddingJob job = new EmbeddingJob(texts, nanos.getAsLong(), new CompletableFuture<>());
        if (!queue.add(job, this::work)) {
            job.answer().completeExceptionally(new EmbeddingException(STOPPED));
        }
        return job.answer();
    }

    /** Fails what waits; completes when the device thread has ended. */
    CompletableFuture<Void> close() {
        queue.close().forEach(job -> job.answer().completeExceptionally(new EmbeddingException(STOPPED)));
        return queue.closed().thenRun(this::closeEncoder);
    }

    private synchronized TextEncoder encoder() {
        TextEncoder open = encoder;
        if (open == null) {
            open = model.encoders().get();
            encoder = open;
        }
        return open;
    }

    private synchronized void closeEncoder() {
        if (encoder != null) {
            encoder.close();
        }
    }

    private void work(EmbeddingQueue jobs) {
        try {
            for (List<EmbeddingJob> next = jobs.take(); !next.isEmpty(); next = jobs.take()) {
                runner.run(next);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            runner.close();
            jobs.ended();
        }
    }

    /** When a refused command has a chance: about as long as what waits now takes. */
    int retryAfterMillis() {
        return Math.clamp((long) MILLIS_PER_TEXT * queue.queuedTexts(), LEAST_RETRY_MILLIS, MOST_RETRY_MILLIS);
    }
}
