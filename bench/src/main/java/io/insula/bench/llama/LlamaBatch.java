package io.insula.bench.llama;

import static io.insula.bench.llama.LlamaLayouts.BATCH;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The tokens of one native call, in memory that is allocated once. */
final class LlamaBatch {

    private final MemorySegment struct;
    private final MemorySegment tokens;
    private final MemorySegment positions;
    private final MemorySegment sequences;
    private final MemorySegment sequencePointers;
    private final MemorySegment outputs;
    private int size;

    LlamaBatch(Arena arena, int capacity, int slots) {
        struct = arena.allocate(BATCH);
        tokens = arena.allocate(JAVA_INT, capacity);
        positions = arena.allocate(JAVA_INT, capacity);
        sequences = arena.allocate(JAVA_INT, slots);
        sequencePointers = arena.allocate(ADDRESS, capacity);
        outputs = arena.allocate(JAVA_BYTE, capacity);
        MemorySegment sequenceCounts = arena.allocate(JAVA_INT, capacity);
        for (int i = 0; i < capacity; i++) {
            sequenceCounts.setAtIndex(JAVA_INT, i, 1);
        }
        for (int slot = 0; slot < slots; slot++) {
            sequences.setAtIndex(JAVA_INT, slot, slot);
        }
        LlamaLayouts.setAddress(BATCH, struct, "token", tokens);
        LlamaLayouts.setAddress(BATCH, struct, "embd", MemorySegment.NULL);
        LlamaLayouts.setAddress(BATCH, struct, "pos", positions);
        LlamaLayouts.setAddress(BATCH, struct, "n_seq_id", sequenceCounts);
        LlamaLayouts.setAddress(BATCH, struct, "seq_id", sequencePointers);
        LlamaLayouts.setAddress(BATCH, struct, "logits", outputs);
    }

    void clear() {
        size = 0;
    }

    void add(int token, int position, int slot, boolean output) {
        tokens.setAtIndex(JAVA_INT, size, token);
        positions.setAtIndex(JAVA_INT, size, position);
        sequencePointers.setAtIndex(ADDRESS, size, sequences.asSlice(4L * slot));
        outputs.setAtIndex(JAVA_BYTE, size, (byte) (output ? 1 : 0));
        size++;
    }

    /** The struct to pass by value. */
    MemorySegment struct() {
        LlamaLayouts.setInt(BATCH, struct, "n_tokens", size);
        return struct;
    }
}
