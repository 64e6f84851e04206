package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.engine.oracle.OracleEngine;
import io.insula.inference.graph.DecoderDescription;
import java.util.Arrays;

/** Runs a network and the oracle over the same sequences: chunks of prefill, and batches of unequal lengths. */
final class OracleComparison {

    /** Float32 arithmetic against float64, like the engines' own; a planted fault exceeds it by orders of magnitude. */
    static final double FLOAT32_TOLERANCE = 1e-4;

    private static final int POSITIONS = 64;
    private static final int SMALL_BUCKET = 32;

    /** Chunks for each of three sequences; the second is longer than every window of the test models. */
    private static final int[][] CHUNKS = {{5, 1, 4}, {13, 12}, {3}};

    private static final int DECODED = 9;

    private OracleComparison() {}

    /** What rounding to a narrow type may do: sixteen half units; 0.038 and 0.006 were measured of the interpreter. */
    static double tolerance(ElementType type) {
        return type == ElementType.BFLOAT16 ? 16 * 0x1p-8 : 16 * 0x1p-11;
    }

    /** How large the steps are, for a plan. */
    static StepLimits limits(NetworkOptions options) {
        int capacity = options.capacity();
        return new StepLimits(
                CHUNKS.length, 16, 16, capacity > 0 ? capacity : SMALL_BUCKET, capacity > 0 ? capacity : POSITIONS);
    }

    /** The largest deviation of any logit, relative to the largest of the oracle's logits. */
    static double deviation(DecoderDescription decoder, NetworkOptions options) {
        return deviation(decoder, RecordedNetwork.record(decoder, options), options);
    }

    static double deviation(DecoderDescription decoder, RecordedNetwork network, NetworkOptions options) {
        return deviation(decoder, new NetworkInterpreter(network), options);
    }

    static double deviation(DecoderDescription decoder, NetworkRun network, NetworkOptions options) {
        int slots = CHUNKS.length;
        int capacity = options.capacity();
        NetworkSequences sequences = new NetworkSequences(network, decoder.shape(), options, slots);
        Deviation deviation = new Deviation();
        try (DecoderEngine oracle = new OracleEngine(decoder, slots, POSITIONS)) {
            for (int slot = 0; slot < slots; slot++) {
                int[] tokens = TinyModels.tokens(
                        decoder.shape(), Arrays.stream(CHUNKS[slot]).sum(), slot + 1);
                int from = 0;
                for (int chunk : CHUNKS[slot]) {
                    double[][] logits = sequences.prefill(
                            slot,
                            Arrays.copyOfRange(tokens, from, from + chunk),
                            capacity > 0 ? capacity : SMALL_BUCKET);
                    for (int i = 0; i < chunk; i++) {
                        oracle.prefill(slot, tokens, from + i, 1);
                        deviation.note(logits[i], oracle.prefillLogits().row(0));
                    }
                    from += chunk;
                }
            }
            for (int step = 0; step < DECODED; step++) {
                int rows = 1 + step % slots;
                int[] tokens = TinyModels.tokens(decoder.shape(), rows, 100 + step);
                int bucket = step < DECODED / 2 ? SMALL_BUCKET : POSITIONS;
                double[][] logits = sequences.decode(tokens, capacity > 0 ? capacity : bucket);
                StepLogits expected = oracle.decode(rows, tokens);
                for (int row = 0; row < rows; row++) {
                    deviation.note(logits[row], expected.row(row));
                }
            }
        }
        return deviation.relative();
    }

    private static final class Deviation {
        private double largest;
        private double deviation;

        void note(double[] actual, float[] expected) {
            for (int token = 0; token < actual.length; token++) {
                double wanted = expected[token];
                largest = Math.max(largest, Math.abs(wanted));
                double off = Math.abs(wanted - actual[token]);
                deviation = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(deviation, off);
            }
        }

        double relative() {
            return deviation / largest;
        }
    }
}
