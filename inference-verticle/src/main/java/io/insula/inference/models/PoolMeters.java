package io.insula.inference.models;

import io.insula.protocol.ModelName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What a node's pool of models measures. */
public final class PoolMeters {

    private static final String OF_SCHEDULERS = "insula.inference.";

    private final MeterRegistry registry;
    private final Timer loads;
    private final Counter failures;
    private final Counter evictions;

    public PoolMeters(MeterRegistry registry) {
        this.registry = registry;
        this.loads = Timer.builder("insula.models.load")
                .description("from the command that names a model to its warm engine")
                .register(registry);
        this.failures = Counter.builder("insula.models.load.failures")
                .description("models that could not be loaded")
                .register(registry);
        this.evictions = Counter.builder("insula.models.unloads")
                .description("models that were unloaded")
                .register(registry);
    }

    void memory(Supplier<Number> used, long budget) {
        Gauge.builder("insula.models.memory.used", used)
                .description("what the loaded models count against the budget")
                .baseUnit("bytes")
                .strongReference(true)
                .register(registry);
        Gauge.builder("insula.models.memory.budget", () -> budget)
                .description("what loaded models may take")
                .baseUnit("bytes")
                .register(registry);
    }

    void loaded(long nanos) {
        loads.record(nanos, TimeUnit.NANOSECONDS);
    }

    void failed(ModelName name) {
        failures.increment();
        forget(name);
    }

    void unloaded(ModelName name) {
        evictions.increment();
        forget(name);
    }

    /** The gauges of a scheduler that is gone would hold it in memory, and hide those of the next one. */
    private void forget(ModelName name) {
        registry.getMeters().stream()
                .filter(meter -> meter instanceof Gauge)
                .map(Meter::getId)
                .filter(id ->
                        id.getName().startsWith(OF_SCHEDULERS) && name.value().equals(id.getTag("model")))
                .forEach(registry::remove);
    }
}
