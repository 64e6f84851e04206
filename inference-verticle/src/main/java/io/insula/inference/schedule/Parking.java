package io.insula.inference.schedule;

import io.insula.inference.engine.KvBlock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps the keys and values of preempted choices, within a budget of memory.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Parking implements AutoCloseable {

    private final long budgetBytes;
    private final Map<Choice, KvBlock> parked = new HashMap<>();
    private long usedBytes;

    /**
     * @param budgetBytes 0: nothing is ever parked
     */
    Parking(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    boolean fits(long bytes) {
        return bytes <= budgetBytes - usedBytes;
    }

    long usedBytes() {
        return usedBytes;
    }

    void park(Choice choice, KvBlock block) {
        parked.put(choice, block);
        usedBytes += block.bytes();
        choice.park();
    }

    /** The choice's block, which the caller closes. */
    KvBlock take(Choice choice) {
        KvBlock block = Objects.requireNonNull(parked.remove(choice));
        usedBytes -= block.bytes();
        choice.unpark();
        return block;
    }

    /** Frees a choice's block, if it has one. */
    void discard(Choice choice) {
        if (parked.containsKey(choice)) {
            take(choice).close();
        }
    }

    @Override
    public void close() {
        parked.values().forEach(KvBlock::close);
        parked.clear();
        usedBytes = 0;
    }
}
