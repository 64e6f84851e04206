package io.insula.inference.schedule;

import io.insula.protocol.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A prompt's claim to the cached blocks that it begins with, and to those that it adds.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class PrefixLease implements AutoCloseable {

    private final PrefixCache cache;
    private final TenantId tenant;
    private @Nullable PrefixNode node;
    private boolean full;

    PrefixLease(PrefixCache cache, TenantId tenant, PrefixNode node) {
        this.cache = cache;
        this.tenant = tenant;
        this.node = node;
    }

    /** Prompt tokens that need not be computed. */
    int tokens() {
        return node == null ? 0 : node.depth();
    }

    /** Appends these tokens to an empty slot. */
    void load(int slot) {
        if (node != null) {
            cache.load(node, slot);
        }
    }

    /** Adds what prefill has computed, in whole blocks, as long as there is room. */
    void extend(int[] prompt, int prefilled, int slot) {
        while (node != null && !full && node.depth() + PrefixCache.BLOCK_TOKENS <= prefilled) {
            PrefixNode grown = cache.grow(node, prompt, slot);
            if (grown == null) {
                full = true;
            } else {
                node = grown;
            }
        }
    }

    @Override
    public void close() {
        if (node != null) {
            cache.unpin(tenant, node);
            node = null;
        }
    }
}
