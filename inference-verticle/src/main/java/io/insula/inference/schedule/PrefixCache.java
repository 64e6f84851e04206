package io.insula.inference.schedule;

import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.KvTransfer;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the keys and values of prompts' beginnings, so that a prompt that begins the same way need not compute them again.
 *
 * <p>A tree of token blocks for each tenant, which no other tenant's prompt is ever compared with. It holds what prefill
 * computed and nothing that decode did: their bits differ. A block that a prompt in progress stands on is never evicted; of
 * the others, those go first that nothing follows, that were not used for long and that are cheap to compute again.
 *
 * <p><b>Thread:</b> the device thread.
 *
 * <p><b>Source:</b> the tree: Zheng et al., "SGLang: efficient execution of structured language model programs", NeurIPS
 * 2024. Eviction: GreedyDual-Size of Cao, Irani, "Cost-aware WWW proxy caching algorithms", USITS 1997.
 */
final class PrefixCache implements AutoCloseable {

    /** Tokens of a block: short, since what a prompt has beyond whole blocks is computed anew. */
    static final int BLOCK_TOKENS = 32;

    /** Engines compute a single token with another kernel: this many of a prompt are always left to compute. */
    private static final int LEAST_LEFT = 2;

    /** Where a token costs twice what the first one does, since it attends to as much as its other work weighs. */
    private static final double DOUBLE_COST_TOKENS = 2_048;

    private final KvTransfer kv;
    private final long budgetBytes;
    private final Map<TenantId, PrefixNode> roots = new HashMap<>();
    private final TreeSet<PrefixNode> evictable = new TreeSet<>(
            Comparator.<PrefixNode>comparingDouble(PrefixNode::priority).thenComparingLong(PrefixNode::lastUse));

    private long usedBytes;
    private long uses;
    /** The priority of what was evicted last: what was used since then has at least this. */
    private double age;

    PrefixCache(KvTransfer kv, long budgetBytes) {
        this.kv = kv;
        this.budgetBytes = budgetBytes;
    }

    /** Finds a prompt's longest known beginning; it stays known until the lease is closed. */
    PrefixLease lease(TenantId tenant, int[] prompt) {
        PrefixNode node = roots.computeIfAbsent(tenant, who -> new PrefixNode(null, TokenIds.EMPTY, null));
        for (PrefixNode next = child(node, prompt); next != null; next = child(node, prompt)) {
            node = next;
        }
        pin(node);
        return new PrefixLease(this, tenant, node);
    }

    /** The bytes that all blocks hold. */
    long usedBytes() {
        return usedBytes;
    }

    /** Loads a node's path into an empty slot. */
    void load(PrefixNode node, int slot) {
        Deque<KvBlock> path = new ArrayDeque<>();
        for (PrefixNode at = node; at != null && at.block() != null; at = at.parent()) {
            path.addFirst(at.block());
        }
        path.forEach(block -> kv.load(block, slot));
    }

    /** The node of the block behind a pinned one, saved from a slot unless it is known; null when there is no room. */
    @Nullable
    PrefixNode grow(PrefixNode node, int[] prompt, int slot) {
        TokenIds tokens = block(prompt, node.depth());
        PrefixNode known = node.children().get(tokens);
        if (known != null) {
            move(node, known);
            return known;
        }
        if (!makeRoom(BLOCK_TOKENS * kv.tokenBytes())) {
            return null;
        }
        KvBlock saved = kv.save(slot, node.depth(), node.depth() + BLOCK_TOKENS);
        PrefixNode grown = new PrefixNode(node, tokens, saved);
        usedBytes += saved.bytes();
        node.children().put(tokens, grown);
        move(node, grown);
        return grown;
    }

    void unpin(TenantId tenant, PrefixNode node) {
        node.unpin();
        touchPath(node);
        if (node.idle()) {
            if (node.block() == null) {
                roots.remove(tenant, node);
            } else {
                evictable.add(node);
            }
        }
    }

    @Override
    public void close() {
        roots.values().forEach(PrefixCache::free);
        roots.clear();
        evictable.clear();
        usedBytes = 0;
    }

    private @Nullable PrefixNode child(PrefixNode node, int[] prompt) {
        return prompt.length - node.depth() < BLOCK_TOKENS + LEAST_LEFT
                ? null
                : node.children().get(block(prompt, node.depth()));
    }

    private void move(PrefixNode from, PrefixNode to) {
        pin(to);
        from.unpin();
    }

    private void pin(PrefixNode node) {
        evictable.remove(node);
        node.pin();
    }

    /** Gives a path the priority of what is used now; no node of it is among the evictable. */
    private void touchPath(PrefixNode leaf) {
        for (PrefixNode at = leaf; at != null; at = at.parent()) {
            at.used(age + 1 + at.depth() / DOUBLE_COST_TOKENS, uses++);
        }
    }

    private boolean makeRoom(long bytes) {
        while (usedBytes + bytes > budgetBytes) {
            PrefixNode victim = evictable.pollFirst();
            if (victim == null) {
                return false;
            }
            evict(victim);
        }
        return true;
    }

    private void evict(PrefixNode victim) {
        age = victim.priority();
        KvBlock block = Objects.requireNonNull(victim.block());
        PrefixNode parent = Objects.requireNonNull(victim.parent());
        usedBytes -= block.bytes();
        block.close();
        parent.children().remove(victim.tokens());
        if (parent.idle()) {
            if (parent.block() == null) {
                roots.values().remove(parent);
            } else {
                evictable.add(parent);
            }
        }
    }

    private static void free(PrefixNode node) {
        node.children().values().forEach(PrefixCache::free);
        KvBlock block = node.block();
        if (block != null) {
            block.close();
        }
    }

    private static TokenIds block(int[] prompt, int from) {
        int[] tokens = new int[BLOCK_TOKENS];
        System.arraycopy(prompt, from, tokens, 0, BLOCK_TOKENS);
        return TokenIds.of(tokens);
    }
}
