package io.insula.inference.schedule;

import io.insula.protocol.ModelName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What a scheduler measures; the model is the only label. */
final class SchedulerMeters {

    private final MeterRegistry registry;
    private final Tags tags;
    private final DistributionSummary stepRows;
    private final Counter prefillTokens;
    private final Counter decodeTokens;
    private final Counter engineFailures;
    private final Counter preemptions;
    private final Counter prefixHits;
    private final Counter prefixMisses;
    private final Counter prefixTokens;
    private final Timer queueWait;
    private final Timer timeToFirstToken;
    private final Timer interTokenLatency;

    SchedulerMeters(MeterRegistry registry, ModelName model) {
        this.registry = registry;
        this.tags = Tags.of("model", model.value());
        this.stepRows = DistributionSummary.builder("insula.inference.step.rows")
                .description("rows of a decode step")
                .tags(tags)
                .register(registry);
        this.prefillTokens = counter("insula.inference.prefill.tokens", "prompt tokens prefilled");
        this.decodeTokens = counter("insula.inference.decode.tokens", "tokens generated");
        this.engineFailures = counter("insula.inference.engine.failures", "engines lost or not started");
        this.preemptions = counter("insula.inference.preemptions", "choices that gave their slot to another tenant");
        this.prefixHits = counter("insula.inference.prefix.hits", "prompts whose beginning was known");
        this.prefixMisses = counter("insula.inference.prefix.misses", "prompts of which nothing was known");
        this.prefixTokens = counter("insula.inference.prefix.tokens", "prompt tokens that were known");
        this.queueWait = timer("insula.inference.queue.wait", "admission to slot");
        this.timeToFirstToken = timer("insula.inference.time.to.first.token", "admission to first sampled token");
        this.interTokenLatency = timer("insula.inference.inter.token.latency", "token to next token of a stream");
    }

    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    void decodeStep(int rows) {
        stepRows.record(rows);
    }

    void prefilled(int tokens) {
        prefillTokens.increment(tokens);
    }

    void tokenGenerated() {
        decodeTokens.increment();
    }

    void engineFailed() {
        engineFailures.increment();
    }

    void preempted() {
        preemptions.increment();
    }

    /** A prompt begins, of which that many tokens are known. */
    void prefix(int tokens) {
        (tokens > 0 ? prefixHits : prefixMisses).increment();
        prefixTokens.increment(tokens);
    }

    void gotSlotAfter(long nanos) {
        queueWait.record(nanos, TimeUnit.NANOSECONDS);
    }

    void firstTokenAfter(long nanos) {
        timeToFirstToken.record(nanos, TimeUnit.NANOSECONDS);
    }

    void nextTokenAfter(long nanos) {
        interTokenLatency.record(nanos, TimeUnit.NANOSECONDS);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .tags(tags)
                .publishPercentileHistogram()
                .register(registry);
    }
}
