package io.insula.inference.embed;

import io.insula.protocol.ModelName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What an embedding model measures; the model is the only label. */
final class EmbeddingMeters {

    private final MeterRegistry registry;
    private final Tags tags;
    private final Counter texts;
    private final Counter tokens;
    private final Counter failures;
    private final Timer wait;

    EmbeddingMeters(MeterRegistry registry, ModelName model) {
        this.registry = registry;
        this.tags = Tags.of("model", model.value());
        this.texts = counter("insula.inference.embedding.texts", "texts embedded");
        this.tokens = counter("insula.inference.embedding.tokens", "tokens embedded");
        this.failures = counter("insula.inference.embedding.failures", "runs and loads of the model that failed");
        this.wait = Timer.builder("insula.inference.embedding.wait")
                .description("from a command's place in the queue to its turn")
                .tags(tags)
                .publishPercentileHistogram()
                .register(registry);
    }

    void waiting(Supplier<Number> queuedTexts) {
        Gauge.builder("insula.inference.embedding.queue", queuedTexts)
                .description("texts that wait")
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    void embedded(int textCount, int tokenCount) {
        texts.increment(textCount);
        tokens.increment(tokenCount);
    }

    void failed() {
        failures.increment();
    }

    void waited(long nanos) {
        wait.record(nanos, TimeUnit.NANOSECONDS);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }
}
