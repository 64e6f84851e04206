package io.insula.inference.engine;

import java.util.Objects;
import java.util.function.IntUnaryOperator;

/**
 * Checks the arguments of an engine's steps before anything is changed.
 *
 * <p><b>Errors:</b> {@link IllegalArgumentException} with the value and what is expected instead.
 */
public final class StepArguments {

    private final EngineShape shape;

    public StepArguments(EngineShape shape) {
        this.shape = shape;
    }

    /** Returns the slot when it exists. */
    public int slot(int slot) {
        if (slot < 0 || slot >= shape.slots()) {
            throw new IllegalArgumentException("slot: " + slot + " (expected: 0.." + (shape.slots() - 1) + ")");
        }
        return slot;
    }

    /** Checks a prefill of a slot that holds {@code length} tokens. */
    public void prefill(int slot, int length, int[] tokens, int from, int count) {
        slot(slot);
        if (count < 1 || from < 0 || from > tokens.length - count) {
            throw new IllegalArgumentException("tokens from " + from + ", count " + count
                    + " (expected: at least 1, within " + tokens.length + " tokens)");
        }
        room(slot, length, count);
        for (int i = from; i < from + count; i++) {
            token(tokens[i]);
        }
    }

    /** Checks a part of a slot that holds {@code length} tokens. */
    public void range(int slot, int length, int from, int to) {
        slot(slot);
        if (from < 0 || from >= to || to > length) {
            throw new IllegalArgumentException("tokens " + from + " to " + to + " of slot " + slot
                    + " (expected: at least one, within its " + length + " tokens)");
        }
    }

    /** Checks that a block continues a slot that holds {@code length} tokens. */
    public void load(KvBlock block, int slot, int length) {
        slot(slot);
        if (block.from() != length || block.to() > shape.slotTokens()) {
            throw new IllegalArgumentException("block of the tokens " + block.from() + " to " + block.to()
                    + " for slot " + slot + " (expected: from " + length + ", at most to " + shape.slotTokens() + ")");
        }
    }

    /** Checks how many tokens are prefilled with all their logits. */
    public void scored(int count, int most) {
        if (count > most) {
            throw new IllegalArgumentException("scored tokens: " + count + " (expected: 1.." + most + ")");
        }
    }

    /** Checks a decode step over the first {@code rows} slots. */
    public void decode(int rows, int[] tokens, IntUnaryOperator length) {
        Objects.requireNonNull(tokens);
        if (rows < 1 || rows > shape.slots()) {
            throw new IllegalArgumentException("rows: " + rows + " (expected: 1.." + shape.slots() + ")");
        }
        if (tokens.length < rows) {
            throw new IllegalArgumentException("tokens: " + tokens.length + " (expected: at least " + rows + " rows)");
        }
        for (int row = 0; row < rows; row++) {
            int held = length.applyAsInt(row);
            if (held < 1) {
                throw new IllegalArgumentException("slot " + row + ": empty (expected: a prefilled slot)");
            }
            room(row, held, 1);
            token(tokens[row]);
        }
    }

    private void room(int slot, int length, int count) {
        if (count > shape.slotTokens() - length) {
            throw new IllegalArgumentException("slot " + slot + ": " + length + " tokens held and " + count
                    + " to come (expected: at most " + shape.slotTokens() + ")");
        }
    }

    private void token(int token) {
        if (token < 0 || token >= shape.vocabulary()) {
            throw new IllegalArgumentException("token: " + token + " (expected: 0.." + (shape.vocabulary() - 1) + ")");
        }
    }
}
