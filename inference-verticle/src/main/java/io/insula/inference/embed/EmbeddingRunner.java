package io.insula.inference.embed;

import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.EmbeddingVector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers jobs with one engine: loads it with the first job, computes texts of several jobs together.
 *
 * <p><b>Thread:</b> the device thread.
 *
 * <p><b>Errors:</b> whatever the engine throws fails the jobs at hand, is counted, and replaces the engine; after a failed
 * load jobs fail at once until the restart delay is over.
 */
final class EmbeddingRunner {

    private static final Logger log = LoggerFactory.getLogger(EmbeddingRunner.class);
    private static final int[] WARM_UP = {0, 0};

    private final Supplier<? extends EmbeddingEngine> engines;
    private final int batchTokens;
    private final Duration restartDelay;
    private final EmbeddingMeters meters;
    private final LongSupplier nanos;
    private @Nullable EmbeddingEngine engine;
    private long loadAtNanos;

    EmbeddingRunner(
            Supplier<? extends EmbeddingEngine> engines,
            EmbeddingConfig config,
            EmbeddingMeters meters,
            LongSupplier nanos) {
        this.engines = engines;
        this.batchTokens = config.batchTokens();
        this.restartDelay = config.restartDelay();
        this.meters = meters;
        this.nanos = nanos;
        this.loadAtNanos = nanos.getAsLong();
    }

    void run(List<EmbeddingJob> jobs) {
        long startedNanos = nanos.getAsLong();
        try {
            List<int[]> texts =
                    jobs.stream().flatMap(job -> job.texts().stream()).toList();
            List<EmbeddingVector> vectors = embed(engine(), texts);
            int at = 0;
            for (EmbeddingJob job : jobs) {
                long waited = startedNanos - job.arrivedNanos();
                int end = at + job.texts().size();
                meters.waited(waited);
                meters.embedded(job.texts().size(), job.tokens());
                job.answer()
                        .complete(new Embedded(
                                vectors.subList(at, end), job.tokens(), TimeUnit.NANOSECONDS.toMicros(waited)));
                at = end;
            }
        } catch (Throwable failure) {
            // The device thread outlives every failure of a native runtime, errors of linking and memory included.
            fail(jobs, failure);
        }
    }

    private List<EmbeddingVector> embed(EmbeddingEngine open, List<int[]> texts) {
        EmbeddingVector[] vectors = new EmbeddingVector[texts.size()];
        for (List<Integer> batch : TextBatches.of(texts, batchTokens)) {
            List<EmbeddingVector> computed =
                    open.embed(batch.stream().map(texts::get).toList());
            for (int i = 0; i < batch.size(); i++) {
                vectors[batch.get(i)] = computed.get(i);
            }
        }
        return List.of(vectors);
    }

    private EmbeddingEngine engine() {
        EmbeddingEngine open = engine;
        if (open != null) {
            return open;
        }
        long now = nanos.getAsLong();
        if (now - loadAtNanos < 0) {
            throw new EmbeddingException("the embedding model could not be loaded; try again later");
        }
        loadAtNanos = now + restartDelay.toNanos();
        EmbeddingEngine loaded = engines.get();
        engine = loaded;
        loaded.embed(new ArrayList<>(List.of(WARM_UP)));
        log.info("An embedding model is ready after {} ms", TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - now));
        return loaded;
    }

    private void fail(List<EmbeddingJob> jobs, Throwable failure) {
        meters.failed();
        log.error("{} embedding jobs failed; the model is loaded anew", jobs.size(), failure);
        close();
        jobs.forEach(job -> job.answer().completeExceptionally(failure));
    }

    void close() {
        EmbeddingEngine lost = engine;
        engine = null;
        if (lost != null) {
            try {
                lost.close();
            } catch (RuntimeException e) {
                log.warn("An embedding engine does not close", e);
            }
        }
    }
}
