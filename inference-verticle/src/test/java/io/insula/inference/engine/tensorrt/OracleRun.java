package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.engine.oracle.OracleEngine;
import io.insula.inference.graph.DecoderDescription;
import java.util.Arrays;

/**
 * Prompts in chunks, answers of several rows, moves, copies, saved blocks and a cache that grows and shrinks: on an engine and on
 * the oracle.
 */
final class OracleRun {

    static final int SLOTS = 3;
    static final int SLOT_TOKENS = 150;

    private final DecoderEngine engine;
    private final DecoderEngine oracle;
    private final int[] tokens;
    private double largest;
    private double deviation;

    private OracleRun(DecoderEngine engine, DecoderEngine oracle, int[] tokens) {
        this.engine = engine;
        this.oracle = oracle;
        this.tokens = tokens;
    }

    /** How far the engine's logits are from the oracle's, relative to the largest of these. */
    static double deviation(DecoderDescription decoder, DecoderEngine engine) {
        try (DecoderEngine oracle = new OracleEngine(decoder, SLOTS, SLOT_TOKENS)) {
            OracleRun run = new OracleRun(engine, oracle, TinyModels.tokens(decoder.shape(), SLOT_TOKENS, 4));
            run.all();
            return run.deviation / run.largest;
        }
    }

    private void all() {
        for (int slot = 0; slot < SLOTS; slot++) {
            prefill(slot, 9 * slot, 9 + slot);
        }
        for (int step = 0; step < 30; step++) {
            decode(SLOTS, step);
        }
        engine.move(2, 0);
        oracle.move(2, 0);
        prefill(0, 40, 70);
        decode(2, 3);
        engine.copy(0, 2);
        oracle.copy(0, 2);
        decode(SLOTS, 5);
        block(0);
        decode(2, 7);
        // Short ones alone, until the cache is laid out for them.
        for (int slot = 0; slot < SLOTS; slot++) {
            engine.clear(slot);
            oracle.clear(slot);
            prefill(slot, 3 * slot, 2 + slot);
        }
        decode(2, 9);
    }

    private void prefill(int slot, int from, int count) {
        engine.prefillPart(slot, tokens, from, count / 2);
        engine.prefill(slot, tokens, from + count / 2, count - count / 2);
        oracle.prefill(slot, tokens, from, count);
        note(engine.prefillLogits(), oracle.prefillLogits(), 1);
    }

    private void decode(int rows, int from) {
        int[] row = Arrays.copyOfRange(tokens, from, from + rows);
        note(engine.decode(rows, row), oracle.decode(rows, row), rows);
    }

    /** A slot leaves and comes back. */
    private void block(int slot) {
        int length = engine.length(slot);
        try (KvBlock first = engine.save(slot, 0, 70);
                KvBlock second = engine.save(slot, 70, length)) {
            engine.clear(slot);
            engine.load(first, slot);
            engine.load(second, slot);
        }
    }

    private void note(StepLogits actual, StepLogits expected, int rows) {
        for (int row = 0; row < rows; row++) {
            note(actual.row(row), expected.row(row));
        }
    }

    private void note(float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double off = Math.abs(actual[i] - expected[i]);
            deviation = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(deviation, off);
        }
    }
}
