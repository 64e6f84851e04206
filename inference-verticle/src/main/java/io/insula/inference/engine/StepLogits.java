package io.insula.inference.engine;

import org.jspecify.annotations.Nullable;

/**
 * The logits that a step leaves, of which a reader takes as little as it needs.
 *
 * <p><b>Shape:</b> rows of {@code [vocabulary]} float32; what a row is says the call that returned them.
 *
 * <p><b>Thread:</b> the engine's device thread. Valid until the next call on the engine.
 *
 * <p><b>Errors:</b> an {@link EngineException} where a row has to come from a device that fails.
 */
public interface StepLogits {

    int vocabulary();

    /**
     * Copies all logits of a row, which may have to come from a device first.
     *
     * @param target of the vocabulary's length
     */
    void copyRow(int row, float[] target);

    /** All logits of a row. */
    default float[] row(int row) {
        float[] logits = new float[vocabulary()];
        copyRow(row, logits);
        return logits;
    }

    /** What is known of each row without copying it; null where a whole row costs no more. */
    default @Nullable TopLogits top() {
        return null;
    }
}
