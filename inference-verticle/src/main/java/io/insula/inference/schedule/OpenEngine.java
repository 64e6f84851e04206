package io.insula.inference.schedule;

import io.insula.inference.decode.Sampler;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineShape;

/**
 * An engine and everything that lives as long as it.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class OpenEngine implements AutoCloseable {

    private final DecoderEngine engine;
    private final EngineShape shape;
    private final String fingerprint;
    private final Slots slots;
    private final Sampler sampler;
    private final Parking parking;
    private final PrefixCache prefixes;
    private final StepBalance balance;

    OpenEngine(DecoderEngine engine, SchedulerConfig config) {
        this.engine = engine;
        this.shape = engine.shape();
        this.fingerprint = engine.fingerprint();
        this.slots = new Slots(engine);
        this.sampler = new Sampler(shape.vocabulary());
        this.parking = new Parking(config.preemptionBytes());
        this.prefixes = new PrefixCache(engine, config.prefixBytes());
        this.balance = new StepBalance(config.prefillChunkTokens());
    }

    DecoderEngine engine() {
        return engine;
    }

    EngineShape shape() {
        return shape;
    }

    String fingerprint() {
        return fingerprint;
    }

    Slots slots() {
        return slots;
    }

    Sampler sampler() {
        return sampler;
    }

    Parking parking() {
        return parking;
    }

    PrefixCache prefixes() {
        return prefixes;
    }

    StepBalance balance() {
        return balance;
    }

    /** Frees whatever a stream holds of it. */
    void release(ScheduledStream stream) {
        stream.letGoOfPrefix();
        stream.choices().forEach(this::release);
    }

    /** Frees a choice's slot or its parked keys and values. */
    void release(Choice choice) {
        if (choice.parked()) {
            parking.discard(choice);
        } else if (slots.holds(choice)) {
            slots.leave(choice);
        }
    }

    @Override
    public void close() {
        try (engine) {
            parking.close();
            prefixes.close();
        }
    }
}
