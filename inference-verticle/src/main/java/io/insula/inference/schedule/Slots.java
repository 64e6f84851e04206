package io.insula.inference.schedule;

import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.KvTransfer;
import io.insula.inference.engine.StepEngine;
import io.insula.protocol.TenantId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which slot of an engine: decode rows without a hole from slot 0, and prompts in the slots behind them.
 *
 * <p>A prompt of several choices holds back a slot for each of them until they join the rows, or all if there are fewer. Two
 * prompts may have to change places when the slots are full, which takes an engine that saves keys and values: any other has
 * one prompt at a time.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Slots {

    private final StepEngine engine;
    private final @Nullable KvTransfer kv;
    private final @Nullable Choice[] holders;
    private final int[] nextTokens;
    /** The one whose chunk is due first. */
    private final List<Choice> prefilling = new ArrayList<>();

    private int active;

    /** @param kv null when the engine cannot save keys and values */
    Slots(StepEngine engine, @Nullable KvTransfer kv) {
        this.engine = engine;
        this.kv = kv;
        this.holders = new @Nullable Choice[engine.shape().slots()];
        this.nextTokens = new int[holders.length];
    }

    /** Rows of the next decode step. */
    int active() {
        return active;
    }

    /** Slots in use or held back. */
    int held() {
        return active + prefilling.stream().mapToInt(this::heldFor).sum();
    }

    int free() {
        return holders.length - held();
    }

    /** Slots that a tenant's choices hold or have held back. */
    int heldBy(TenantId tenant) {
        long rows = rows().filter(row -> row.stream().tenant().equals(tenant)).count();
        return (int) rows
                + prefilling.stream()
                        .filter(prompt -> prompt.stream().tenant().equals(tenant))
                        .mapToInt(this::heldFor)
                        .sum();
    }

    /** Whether a prompt may begin: a second one of a tenant would take a slot and make neither of them faster. */
    boolean takesPromptOf(TenantId tenant) {
        return kv == null
                ? prefilling.isEmpty()
                : prefilling.stream()
                        .noneMatch(prompt -> prompt.stream().tenant().equals(tenant));
    }

    boolean holds(Choice choice) {
        return Arrays.asList(holders).contains(choice);
    }

    Choice row(int row) {
        return Objects.requireNonNull(holders[row]);
    }

    Stream<Choice> rows() {
        return Arrays.stream(holders, 0, active).map(Objects::requireNonNull);
    }

    /** The prompts, the one whose chunk is due first. */
    List<Choice> prefilling() {
        return prefilling;
    }

    /** The token that each row of the next decode step appends; overwritten by the next call. */
    int[] nextTokens() {
        for (int row = 0; row < active; row++) {
            nextTokens[row] = row(row).next();
        }
        return nextTokens;
    }

    int slotOf(Choice choice) {
        int slot = Arrays.asList(holders).indexOf(choice);
        if (slot < 0) {
            throw new IllegalStateException("choice without a slot");
        }
        return slot;
    }

    /**
     * Gives a prompt a slot behind the rows; as many as it has choices are free.
     *
     * @param first whether its first chunk comes before the other prompts' next ones
     */
    int beginPrefill(Choice choice, boolean first) {
        int slot = freeSlot(active);
        holders[slot] = choice;
        prefilling.add(first ? 0 : prefilling.size(), choice);
        return slot;
    }

    /** A prompt got its chunk: the others come before its next one. */
    void turnOver(Choice choice) {
        prefilling.remove(choice);
        prefilling.add(choice);
    }

    /** The prefilled prompt becomes the last decode row, and a copy of it one row for each further choice that has a slot. */
    void join(Choice prompt, List<Choice> choices) {
        int slot = slotOf(prompt);
        prefilling.remove(prompt);
        if (slot != active) {
            takeRow(slot);
        }
        int first = active;
        holders[active++] = choices.getFirst();
        for (Choice choice : choices.subList(1, choices.size())) {
            vacate(active);
            engine.copy(first, active);
            holders[active++] = choice;
        }
    }

    /** A parked choice becomes the last decode row, in an empty slot; a slot is free. */
    int rejoin(Choice choice) {
        vacate(active);
        holders[active] = choice;
        return active++;
    }

    /** Frees a choice's slot; the last row moves into its hole. */
    void leave(Choice choice) {
        int hole = slotOf(choice);
        holders[hole] = null;
        if (prefilling.remove(choice)) {
            engine.clear(hole);
            return;
        }
        int last = --active;
        if (hole == last) {
            engine.clear(last);
        } else {
            relocate(last, hole);
        }
    }

    /** Moves a prompt to the place of the next row, whoever stands there. */
    private void takeRow(int slot) {
        Choice other = holders[active];
        Choice prompt = holders[slot];
        if (other == null || freeSlot(active) >= 0) {
            vacate(active);
            relocate(slot, active);
            return;
        }
        KvTransfer transfer = Objects.requireNonNull(kv, "two prompts on an engine that has one at a time");
        try (KvBlock kept = transfer.save(active, 0, engine.length(active))) {
            engine.move(slot, active);
            transfer.load(kept, slot);
        }
        holders[active] = prompt;
        holders[slot] = other;
    }

    /** Lets a prompt that stands in a row's place stand elsewhere. */
    private void vacate(int slot) {
        if (holders[slot] != null) {
            relocate(slot, freeSlot(active));
        }
    }

    private void relocate(int from, int to) {
        engine.move(from, to);
        holders[to] = holders[from];
        holders[from] = null;
    }

    private int freeSlot(int from) {
        for (int slot = from; slot < holders.length; slot++) {
            if (holders[slot] == null) {
                return slot;
            }
        }
        return -1;
    }

    /** Slots that a prompt has, its own and those that are held back for its choices. */
    int heldFor(Choice prompt) {
        return Math.min(holders.length, prompt.stream().choices().size());
    }
}
