package io.insula.inference.schedule;

import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.KvTransfer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps the keys and values of preempted choices, within a budget of memory.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Parking implements AutoCloseable {

    private final KvTransfer kv;
    private final long budgetBytes;
    private final Map<Choice, KvBlock> parked = new HashMap<>();
    private long usedBytes;

    Parking(KvTransfer kv, long budgetBytes) {
        this.kv = kv;
        this.budgetBytes = budgetBytes;
    }

    /** Whether so many more tokens fit. */
    boolean fits(long tokens) {
        return tokens * kv.tokenBytes() <= budgetBytes - usedBytes;
    }

    long usedBytes() {
        return usedBytes;
    }

    /** Saves a choice's tokens, all that its slot holds; the slot stays as it is. */
    void park(Choice choice, int slot, int tokens) {
        KvBlock block = kv.save(slot, 0, tokens);
        parked.put(choice, block);
        usedBytes += block.bytes();
        choice.park();
    }

    /** Loads a choice's tokens into an empty slot. */
    void unpark(Choice choice, int slot) {
        try (KvBlock block = take(choice)) {
            kv.load(block, slot);
        }
    }

    /** Frees a choice's block. */
    void discard(Choice choice) {
        take(choice).close();
    }

    private KvBlock take(Choice choice) {
        KvBlock block = Objects.requireNonNull(parked.remove(choice), "a parked choice without a block");
        usedBytes -= block.bytes();
        choice.unpark();
        return block;
    }

    @Override
    public void close() {
        parked.values().forEach(KvBlock::close);
        parked.clear();
        usedBytes = 0;
    }
}
