package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.WholeLogits;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An engine whose logits are a hash of the whole context, each token marked as prefilled or decoded: it keeps the
 * contracts of {@link DecoderEngine} exactly, and any wrong, missing or foreign token changes everything that follows.
 */
public final class HashingEngine implements DecoderEngine {

    /** A part of a slot's context. */
    private static final class SavedTokens implements KvBlock {

        private final int from;
        private final List<Long> tokens;
        private final AtomicInteger open;
        private boolean closed;

        SavedTokens(int from, List<Long> tokens, AtomicInteger open) {
            this.from = from;
            this.tokens = List.copyOf(tokens);
            this.open = open;
            open.incrementAndGet();
        }

        @Override
        public int from() {
            return from;
        }

        @Override
        public int to() {
            return from + tokens.size();
        }

        @Override
        public long bytes() {
            return tokens.size();
        }

        @Override
        public void close() {
            assertThat(closed).as("closed twice").isFalse();
            closed = true;
            open.decrementAndGet();
        }
    }

    /** A native runtime's failure; without a stack trace, so that thousands of them stay readable. */
    static final class PlantedFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        PlantedFailure(String message) {
            super(message, null, false, false);
        }
    }

    public static final int DECODE_STEP = -1;

    private static final long DECODED = 1L << 40;
    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private final EngineShape shape;
    private final List<List<Long>> slots = new ArrayList<>();
    private final float[] logits;
    private int calls;
    private int failAtCall = Integer.MAX_VALUE;
    private long paceNanos;
    private int lastPrefilled = -1;
    private boolean closed;
    private boolean brokenScores;
    private int told;
    private int copiedRows;
    private final AtomicInteger saves = new AtomicInteger();
    private final AtomicInteger loads = new AtomicInteger();
    private final List<Integer> steps = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger openBlocks = new AtomicInteger();

    public HashingEngine(int vocabulary, int slotCount, int slotTokens) {
        this.shape = new EngineShape(vocabulary, slotCount, slotTokens);
        for (int i = 0; i < slotCount; i++) {
            slots.add(new ArrayList<>());
        }
        this.logits = new float[Math.max(4, slotCount) * vocabulary];
    }

    /** Lets the given compute call, counted from 1, and all later ones fail. */
    public HashingEngine failAtCall(int call) {
        failAtCall = call;
        return this;
    }

    /** Lets every compute call take this long, as a real engine's does. */
    public HashingEngine pace(Duration pace) {
        paceNanos = pace.toNanos();
        return this;
    }

    /** Lets the logits of scored prompts be no numbers. */
    HashingEngine withBrokenScores() {
        brokenScores = true;
        return this;
    }

    /** Lets each row's largest logits be told, so many, and all of them on demand alone. */
    HashingEngine telling(int count) {
        told = count;
        return this;
    }

    int calls() {
        return calls;
    }

    /** Rows of which all was asked for where the largest logits are told. */
    int copiedRows() {
        return copiedRows;
    }

    /** On any thread. */
    public int saves() {
        return saves.get();
    }

    /** On any thread. */
    public int loads() {
        return loads.get();
    }

    /** The first token of each prefilled chunk, and {@link #DECODE_STEP} for each decode step, in order; on any thread. */
    public List<Integer> steps() {
        synchronized (steps) {
            return List.copyOf(steps);
        }
    }

    /** Blocks that were saved and not closed yet. */
    int openBlocks() {
        return openBlocks.get();
    }

    public boolean closed() {
        return closed;
    }

    boolean allEmpty() {
        return slots.stream().allMatch(List::isEmpty);
    }

    @Override
    public EngineShape shape() {
        return shape;
    }

    @Override
    public String fingerprint() {
        return "hash";
    }

    @Override
    public int length(int slot) {
        return slots.get(slot).size();
    }

    @Override
    public void clear(int slot) {
        touch();
        slots.get(slot).clear();
    }

    @Override
    public void move(int source, int target) {
        touch();
        if (source == target) {
            throw new IllegalArgumentException("move: " + source + " onto itself");
        }
        slots.set(target, slots.get(source));
        slots.set(source, new ArrayList<>());
    }

    @Override
    public void copy(int source, int target) {
        touch();
        if (source == target) {
            throw new IllegalArgumentException("copy: " + source + " onto itself");
        }
        slots.set(target, new ArrayList<>(slots.get(source)));
    }

    @Override
    public long tokenBytes() {
        return 1;
    }

    @Override
    public KvBlock save(int slot, int from, int to) {
        touch();
        saves.incrementAndGet();
        return new SavedTokens(from, slots.get(slot).subList(from, to), openBlocks);
    }

    @Override
    public void load(KvBlock block, int slot) {
        touch();
        loads.incrementAndGet();
        SavedTokens saved = (SavedTokens) block;
        if (saved.closed || saved.from != length(slot)) {
            throw new IllegalArgumentException("load of a closed block, or to a slot of " + length(slot));
        }
        slots.get(slot).addAll(saved.tokens);
    }

    @Override
    public int scoredTokens() {
        return Math.max(4, shape.slots());
    }

    @Override
    public StepLogits prefillScored(int slot, int[] tokens, int from, int count) {
        compute(tokens[from]);
        if (count < 1 || count > scoredTokens()) {
            throw new IllegalArgumentException("count: " + count + " (expected: 1.." + scoredTokens() + ")");
        }
        for (int i = 0; i < count; i++) {
            append(slot, count == 1 ? tokens[from + i] | DECODED : tokens[from + i]);
            row(slot, i);
        }
        if (brokenScores) {
            logits[0] = Float.NaN;
        }
        return told();
    }

    @Override
    public void prefill(int slot, int[] tokens, int from, int count) {
        compute(tokens[from]);
        if (count < 1) {
            throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
        }
        for (int i = from; i < from + count; i++) {
            append(slot, count == 1 ? tokens[i] | DECODED : tokens[i]);
        }
        lastPrefilled = slot;
    }

    @Override
    public void prefillPart(int slot, int[] tokens, int from, int count) {
        prefill(slot, tokens, from, count);
        lastPrefilled = -1;
    }

    @Override
    public StepLogits prefillLogits() {
        if (lastPrefilled < 0) {
            throw new IllegalStateException("prefill logits are gone");
        }
        row(lastPrefilled, 0);
        return told();
    }

    @Override
    public StepLogits decode(int rows, int[] tokens) {
        compute(DECODE_STEP);
        if (rows < 1 || rows > shape.slots()) {
            throw new IllegalArgumentException("rows: " + rows + " (expected: 1.." + shape.slots() + ")");
        }
        for (int row = 0; row < rows; row++) {
            if (slots.get(row).isEmpty()) {
                throw new IllegalArgumentException("decode of the empty slot " + row);
            }
            append(row, tokens[row] | DECODED);
        }
        for (int row = 0; row < rows; row++) {
            row(row, row);
        }
        return told();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void append(int slot, long token) {
        if (slots.get(slot).size() == shape.slotTokens()) {
            throw new IllegalArgumentException("slot " + slot + " is full");
        }
        slots.get(slot).add(token);
    }

    private void row(int slot, int row) {
        long hash = 17;
        for (long token : slots.get(slot)) {
            hash = (hash ^ token) * PRIME;
            hash ^= hash >>> 29;
        }
        for (int v = 0; v < shape.vocabulary(); v++) {
            long mixed = (hash + v) * PRIME;
            mixed ^= mixed >>> 32;
            mixed *= PRIME;
            logits[row * shape.vocabulary() + v] = (mixed >>> 40) / (float) (1 << 22);
        }
    }

    private StepLogits told() {
        WholeLogits whole = new WholeLogits(FloatBuffer.wrap(logits), shape.vocabulary());
        return told == 0 ? whole : new ToldRows(whole, told, row -> copiedRows++);
    }

    private void compute(int step) {
        touch();
        steps.add(step);
        for (long end = System.nanoTime() + paceNanos, left = paceNanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        if (++calls >= failAtCall) {
            throw new PlantedFailure("planted failure of call " + calls);
        }
    }

    /** Whatever was returned before is no longer valid. */
    private void touch() {
        lastPrefilled = -1;
        Arrays.fill(logits, Float.NaN);
    }
}
