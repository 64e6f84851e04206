package io.insula.bench;

import io.insula.bench.EngineBenchmarkOptions.DecodeCase;
import io.insula.inference.engine.StepEngine;
import java.util.Arrays;

/**
 * The work that engines are timed at: the same tokens for each.
 *
 * <p>Before a timed block the engine takes one step that is not timed: another engine's threads have come to rest and its
 * own have woken when the clock starts.
 */
final class Workload {

    private final int[] tokens;

    /** @param tokens any text of the model, longer than a context and the steps after it */
    Workload(int[] tokens) {
        this.tokens = tokens;
    }

    /** Gives each slot of the case its context, every slot other tokens. */
    void fill(StepEngine engine, DecodeCase decode) {
        for (int slot = 0; slot < decode.batch(); slot++) {
            engine.clear(slot);
            engine.prefill(slot, tokens, slot, decode.context());
        }
    }

    /** Decode steps of filled slots; the contexts grow with each. */
    Timing decode(StepEngine engine, int batch, int steps) {
        step(engine, batch);
        return Timing.of(steps, () -> {
            for (int i = 0; i < steps; i++) {
                step(engine, batch);
            }
        });
    }

    /** A prompt of {@code count} tokens into an empty slot. */
    Timing prefill(StepEngine engine, int count) {
        engine.clear(0);
        engine.prefill(0, tokens, 0, 2);
        engine.clear(0);
        return Timing.of(1, () -> engine.prefill(0, tokens, 0, count));
    }

    private void step(StepEngine engine, int rows) {
        int from = engine.length(0);
        engine.decode(rows, Arrays.copyOfRange(tokens, from, from + rows));
    }
}
