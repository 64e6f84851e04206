package io.insula.inference.schedule;

import io.insula.inference.engine.DecoderEngine;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which slot of an engine: decode rows without a hole from slot 0, and at most one prefill behind them.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Slots {

    private final DecoderEngine engine;
    private final @Nullable Choice[] rows;
    private final int[] nextTokens;
    private int active;
    private @Nullable Choice prefilling;
    private int prefillSlot;

    Slots(DecoderEngine engine) {
        this.engine = engine;
        this.rows = new @Nullable Choice[engine.shape().slots()];
        this.nextTokens = new int[rows.length];
    }

    /** Rows of the next decode step. */
    int active() {
        return active;
    }

    /** Slots in use. */
    int held() {
        return active + (prefilling == null ? 0 : 1);
    }

    /** Whether a prefill can begin. */
    boolean open() {
        return prefilling == null && active < rows.length;
    }

    Choice row(int row) {
        return Objects.requireNonNull(rows[row]);
    }

    /** The token that each row of the next decode step appends; overwritten by the next call. */
    int[] nextTokens() {
        for (int row = 0; row < active; row++) {
            nextTokens[row] = row(row).next();
        }
        return nextTokens;
    }

    @Nullable
    Choice prefilling() {
        return prefilling;
    }

    int prefillSlot() {
        return prefillSlot;
    }

    void beginPrefill(Choice choice) {
        prefilling = choice;
        prefillSlot = active;
    }

    /** The prefilled prompt becomes the last decode row; rows may have left since its prefill began. */
    void join() {
        if (prefillSlot != active) {
            engine.move(prefillSlot, active);
        }
        rows[active++] = prefilling;
        prefilling = null;
    }

    /** Frees a choice's slot; the last row moves into its hole. */
    void leave(Choice choice) {
        if (choice == prefilling) {
            prefilling = null;
            engine.clear(prefillSlot);
            return;
        }
        int hole = Arrays.asList(rows).indexOf(choice);
        int last = --active;
        rows[hole] = rows[last];
        rows[last] = null;
        if (hole == last) {
            engine.clear(last);
        } else {
            engine.move(last, hole);
        }
    }
}
