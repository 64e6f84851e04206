package io.insula.inference.engine;

/**
 * The fixed sizes of a loaded engine.
 *
 * @param vocabulary logits per row
 * @param slots sequences whose KV cache fits at once
 * @param slotTokens tokens that one slot holds: the longest prompt plus answer
 */
public record EngineShape(int vocabulary, int slots, int slotTokens) {

    public EngineShape {
        if (vocabulary < 1 || slots < 1 || slotTokens < 2) {
            throw new IllegalArgumentException("engine shape: " + vocabulary + " x " + slots + " x " + slotTokens
                    + " (expected: >= 1, >= 1, >= 2)");
        }
    }
}
