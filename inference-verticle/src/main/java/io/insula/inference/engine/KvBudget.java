package io.insula.inference.engine;

import io.insula.inference.graph.DecoderShape;
import java.util.Locale;

/**
 * How many slots of how many tokens a memory budget buys.
 *
 * <p>The length comes first: a slot is as long as asked for, up to the model's context, and only when a single slot of that
 * length exceeds the budget is it shortened. The rest of the budget buys slots.
 *
 * @param slots sequences at once
 * @param slotTokens tokens of each
 * @param bytesPerToken keys and values of all layers
 */
public record KvBudget(int slots, int slotTokens, long bytesPerToken) {

    /** Divides the budget; too small a budget for one slot of two tokens is an {@link IllegalArgumentException}. */
    public static KvBudget of(DecoderShape decoder, EngineConfig config) {
        long bytesPerToken = 2L
                * Math.max(1, decoder.layers())
                * decoder.keyWidth()
                * config.kvType().bytes();
        long affordable = config.kvBudgetBytes() / bytesPerToken;
        int slotTokens = (int) Math.min(affordable, Math.min(config.slotTokens(), decoder.contextTokens()));
        if (slotTokens < 2) {
            throw new IllegalArgumentException("kvBudgetBytes: " + config.kvBudgetBytes() + " (expected: at least "
                    + 2 * bytesPerToken + ", two tokens of this model)");
        }
        return new KvBudget((int) Math.min(config.maxSlots(), affordable / slotTokens), slotTokens, bytesPerToken);
    }

    public long totalBytes() {
        return slots * (long) slotTokens * bytesPerToken;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%d slots x %d tokens, at most %d MiB", slots, slotTokens, totalBytes() >> 20);
    }
}
