package io.insula.inference.schedule;

import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.KvTransfer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps the keys and values of choices that wait for a slot, within a budget of memory: of preempted ones their own, and of
 * those that have not had a slot yet the prompt that they share.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Parking implements AutoCloseable {

    /** A block, and how many choices wait with it. */
    private static final class Lot {

        private final KvBlock block;
        private int choices;

        Lot(KvBlock block, int choices) {
            this.block = block;
            this.choices = choices;
        }
    }

    private final KvTransfer kv;
    private final long budgetBytes;
    private final Map<Choice, Lot> parked = new HashMap<>();
    private final Map<ScheduledStream, Long> reserved = new HashMap<>();
    private long usedBytes;

    Parking(KvTransfer kv, long budgetBytes) {
        this.kv = kv;
        this.budgetBytes = budgetBytes;
    }

    /** Whether so many more tokens fit. */
    boolean fits(long tokens) {
        return tokens * kv.tokenBytes() <= budgetBytes - usedBytes;
    }

    /** Tokens that would fit if nothing else were parked. */
    long mostTokens() {
        return budgetBytes / kv.tokenBytes();
    }

    /** Memory in use or held back. */
    long usedBytes() {
        return usedBytes;
    }

    /** Holds memory back for a stream's prompt; it fits. */
    void reserve(ScheduledStream stream) {
        if (!hasReserved(stream)) {
            long bytes = stream.prompt().length * kv.tokenBytes();
            reserved.put(stream, bytes);
            usedBytes += bytes;
        }
    }

    boolean hasReserved(ScheduledStream stream) {
        return reserved.containsKey(stream);
    }

    /** Gives back what was held back for a stream, if anything was. */
    void cancel(ScheduledStream stream) {
        Long bytes = reserved.remove(stream);
        if (bytes != null) {
            usedBytes -= bytes;
        }
    }

    /** Saves a slot's tokens, all that it holds, once for all of the choices; the slot stays as it is. */
    void park(List<Choice> choices, int slot, int tokens) {
        KvBlock block = kv.save(slot, 0, tokens);
        Lot lot = new Lot(block, choices.size());
        usedBytes += block.bytes();
        for (Choice choice : choices) {
            parked.put(choice, lot);
            choice.park();
        }
    }

    /** Loads a choice's tokens into an empty slot. */
    void unpark(Choice choice, int slot) {
        kv.load(lotOf(choice).block, slot);
        discard(choice);
    }

    /** A choice parks no longer; the last one with a block frees it. */
    void discard(Choice choice) {
        Lot lot = lotOf(choice);
        parked.remove(choice);
        choice.unpark();
        if (--lot.choices == 0) {
            usedBytes -= lot.block.bytes();
            lot.block.close();
        }
    }

    private Lot lotOf(Choice choice) {
        return Objects.requireNonNull(parked.get(choice), "a parked choice without a block");
    }

    @Override
    public void close() {
        List.copyOf(parked.keySet()).forEach(this::discard);
        List.copyOf(reserved.keySet()).forEach(this::cancel);
    }
}
