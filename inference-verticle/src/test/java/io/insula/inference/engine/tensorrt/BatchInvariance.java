package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures how far a row's logits depend on the rows beside it and on where its prompt was cut.
 *
 * @param compared rows of logits
 * @param equal how many had the same bits
 * @param deviation the largest of a logit, of the largest logit
 */
record BatchInvariance(int compared, int equal, double deviation) {

    private static final int PROMPT = 40;
    private static final int STEPS = 6;

    /** A sequence in steps of one row to as many as there are slots, its prompt the same. */
    static BatchInvariance ofRows(DecoderDescription decoder, DecoderEngine engine) {
        List<float[]> alone = run(decoder, engine, 1, PROMPT);
        Sum sum = new Sum();
        for (int rows = 2; rows <= engine.shape().slots(); rows++) {
            sum.add(alone, run(decoder, engine, rows, PROMPT));
        }
        return sum.whole();
    }

    /** A sequence alone, its prompt at once and in two chunks. */
    static BatchInvariance ofChunks(DecoderDescription decoder, DecoderEngine engine) {
        List<float[]> whole = run(decoder, engine, 1, PROMPT);
        Sum sum = new Sum();
        for (int cut : new int[] {1, 7, 16, 32, PROMPT - 1}) {
            sum.add(whole, run(decoder, engine, 1, cut));
        }
        return sum.whole();
    }

    /** The first row's logits behind its prompt and each step. */
    private static List<float[]> run(DecoderDescription decoder, DecoderEngine engine, int rows, int cut) {
        List<float[]> logits = new ArrayList<>();
        for (int row = rows - 1; row >= 0; row--) {
            int[] prompt = TinyModels.tokens(decoder.shape(), PROMPT - row, 400 + row);
            engine.clear(row);
            engine.prefillPart(row, prompt, 0, Math.min(cut, prompt.length - 1));
            int from = engine.length(row);
            engine.prefill(row, prompt, from, prompt.length - from);
        }
        logits.add(engine.prefillLogits().row(0));
        for (int step = 0; step < STEPS; step++) {
            int[] tokens = new int[rows];
            int seed = step;
            Arrays.setAll(tokens, row -> (7 + 13 * seed + row) % decoder.shape().vocabulary());
            logits.add(engine.decode(rows, tokens).row(0));
        }
        for (int row = 0; row < rows; row++) {
            engine.clear(row);
        }
        return logits;
    }

    private static final class Sum {
        private int compared;
        private int equal;
        private double largest;
        private double deviation;

        void add(List<float[]> expected, List<float[]> actual) {
            for (int i = 0; i < expected.size(); i++) {
                compared++;
                equal += Arrays.equals(expected.get(i), actual.get(i)) ? 1 : 0;
                for (int token = 0; token < expected.get(i).length; token++) {
                    double off = Math.abs(expected.get(i)[token] - actual.get(i)[token]);
                    deviation = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(deviation, off);
                    largest = Math.max(largest, Math.abs(expected.get(i)[token]));
                }
            }
        }

        BatchInvariance whole() {
            return new BatchInvariance(compared, equal, deviation / largest);
        }
    }
}
