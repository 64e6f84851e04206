package io.insula.inference.schedule;

import io.insula.inference.engine.KvBlock;
import io.insula.protocol.TokenIds;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One block of a prompt that follows the blocks of its parents; a tenant's root holds none. */
final class PrefixNode {

    private final @Nullable PrefixNode parent;
    private final TokenIds tokens;
    private final @Nullable KvBlock block;
    private final Map<TokenIds, PrefixNode> children = new HashMap<>();
    private int pins;
    private double priority;
    private long lastUse;

    PrefixNode(@Nullable PrefixNode parent, TokenIds tokens, @Nullable KvBlock block) {
        this.parent = parent;
        this.tokens = tokens;
        this.block = block;
    }

    @Nullable
    PrefixNode parent() {
        return parent;
    }

    TokenIds tokens() {
        return tokens;
    }

    @Nullable
    KvBlock block() {
        return block;
    }

    Map<TokenIds, PrefixNode> children() {
        return children;
    }

    /** Tokens from the prompt's beginning to this block's end. */
    int depth() {
        return block == null ? 0 : block.to();
    }

    double priority() {
        return priority;
    }

    /** When it was used, on a clock that counts uses: no two nodes of a cache have the same. */
    long lastUse() {
        return lastUse;
    }

    void used(double newPriority, long now) {
        priority = newPriority;
        lastUse = now;
    }

    void pin() {
        pins++;
    }

    void unpin() {
        pins--;
    }

    /** Whether nothing follows it and nobody uses it. */
    boolean idle() {
        return pins == 0 && children.isEmpty();
    }
}
