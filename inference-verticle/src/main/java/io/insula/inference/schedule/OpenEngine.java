package io.insula.inference.schedule;

import io.insula.inference.decode.Sampler;
import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.KvTransfer;
import io.insula.inference.engine.PromptScorer;
import io.insula.inference.engine.StepEngine;
import org.jspecify.annotations.Nullable;

/**
 * An engine and everything that lives as long as it.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class OpenEngine implements AutoCloseable {

    private final StepEngine engine;
    private final @Nullable PromptScorer scorer;
    private final EngineShape shape;
    private final String fingerprint;
    private final Slots slots;
    private final Sampler sampler;
    private final @Nullable Parking parking;
    private final @Nullable PrefixCache prefixes;
    private final StepBalance balance;

    /** The memory of the settings is for what the engine can save: an engine that cannot save has none. */
    OpenEngine(StepEngine engine, SchedulerConfig config) {
        KvTransfer kv = engine instanceof KvTransfer transfer ? transfer : null;
        this.engine = engine;
        this.scorer = engine instanceof PromptScorer able ? able : null;
        this.shape = engine.shape();
        this.fingerprint = engine.fingerprint();
        this.slots = new Slots(engine, kv);
        this.sampler = new Sampler(shape.vocabulary());
        this.parking = kv == null || config.preemptionBytes() == 0 ? null : new Parking(kv, config.preemptionBytes());
        this.prefixes = kv == null || config.prefixBytes() == 0 ? null : new PrefixCache(kv, config.prefixBytes());
        this.balance = new StepBalance(config.prefillChunkTokens());
    }

    StepEngine engine() {
        return engine;
    }

    /** Null when the engine cannot score prompts. */
    @Nullable
    PromptScorer scorer() {
        return scorer;
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

    /** Null when no choice ever waits with keys and values: no stream gives its slot to another, and each begins with all. */
    @Nullable
    Parking parking() {
        return parking;
    }

    /** Null when no prompt's beginning is kept. */
    @Nullable
    PrefixCache prefixes() {
        return prefixes;
    }

    /** The memory of choices that wait with keys and values, and what is held back for such. */
    long parkedBytes() {
        return parking == null ? 0 : parking.usedBytes();
    }

    /** The longest prompt that can be kept for choices that get no slot yet. */
    long mostParkedTokens() {
        return parking == null ? 0 : parking.mostTokens();
    }

    /** The memory of kept beginnings. */
    long prefixBytes() {
        return prefixes == null ? 0 : prefixes.usedBytes();
    }

    StepBalance balance() {
        return balance;
    }

    /** Frees whatever a stream holds of it. */
    void release(ScheduledStream stream) {
        stream.letGoOfPrefix();
        cancelReservation(stream);
        stream.choices().forEach(this::release);
    }

    /** Gives back the memory that was held back for a stream's prompt, if any was. */
    void cancelReservation(ScheduledStream stream) {
        if (parking != null) {
            parking.cancel(stream);
        }
    }

    /** Frees a choice's slot or its parked keys and values. */
    void release(Choice choice) {
        if (parking != null && choice.parked()) {
            parking.discard(choice);
        } else if (slots.holds(choice)) {
            slots.leave(choice);
        }
    }

    @Override
    public void close() {
        try (engine) {
            if (parking != null) {
                parking.close();
            }
            if (prefixes != null) {
                prefixes.close();
            }
        }
    }
}
