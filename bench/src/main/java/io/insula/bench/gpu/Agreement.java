package io.insula.bench.gpu;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.PromptScorer;
import io.insula.inference.engine.StepLogits;

/**
 * How far an engine's predictions are from a {@link Reference}, token by token of the same text.
 *
 * <p>The divergence is Kullback and Leibler's from the reference to the engine, in nats, with all tokens beyond the likeliest
 * {@value Reference#KEPT} taken for one: a little less than over the whole vocabulary, never more.
 *
 * @param positions that were compared
 * @param meanDivergence over them
 * @param worstDivergence of one of them
 * @param otherTokens positions where another token is the likeliest
 * @param widestGap the most that the reference's two likeliest logits are apart where another token is the likeliest
 */
record Agreement(int positions, double meanDivergence, double worstDivergence, int otherTokens, double widestGap) {

    /**
     * The most that bfloat16 may cost in the mean, in nats: four times what the network cost when it was interpreted with every
     * result rounded, 0.0010 over 220 tokens of the starter model.
     */
    static final double MOST_DIVERGENCE = 0.004;
    /**
     * The most that the likeliest two may be apart, in logits, where bfloat16 chooses another token: 0.06 in that
     * interpretation, and more in fifty times as many tokens.
     */
    static final double MOST_GAP = 0.5;

    private static final double LEAST_REST = 1e-6;

    /** By decode rows of one token, as many windows side by side as the engine has slots; the first token is prefilled. */
    static Agreement ofDecode(DecoderEngine engine, Reference reference) {
        Sum sum = new Sum(reference);
        int slots = engine.shape().slots();
        for (int first = 0; first < reference.windows(); first += slots) {
            int rows = Math.min(slots, reference.windows() - first);
            for (int row = 0; row < rows; row++) {
                engine.clear(row);
                engine.prefill(row, new int[] {reference.token(first + row, 0)}, 0, 1);
                sum.add(first + row, 0, engine.prefillLogits().row(0));
            }
            int[] step = new int[rows];
            for (int at = 1; at < reference.positions(); at++) {
                for (int row = 0; row < rows; row++) {
                    step[row] = reference.token(first + row, at);
                }
                StepLogits logits = engine.decode(rows, step);
                for (int row = 0; row < rows; row++) {
                    sum.add(first + row, at, logits.row(row));
                }
            }
        }
        return sum.agreement();
    }

    /** By prefill of the first windows, as many tokens at once as the engine scores. */
    static Agreement ofPrefill(DecoderEngine engine, Reference reference, int windows) {
        Sum sum = new Sum(reference);
        PromptScorer scorer = engine;
        for (int window = 0; window < Math.min(windows, reference.windows()); window++) {
            engine.clear(0);
            int[] tokens = reference.tokens(window);
            for (int at = 0; at < reference.positions(); ) {
                int count = Math.min(scorer.scoredTokens(), reference.positions() - at);
                StepLogits logits = scorer.prefillScored(0, tokens, at, count);
                for (int i = 0; i < count; i++) {
                    sum.add(window, at + i, logits.row(i));
                }
                at += count;
            }
        }
        return sum.agreement();
    }

    private static final class Sum {

        private final Reference reference;
        private int positions;
        private double divergence;
        private double worst;
        private int others;
        private double gap;

        Sum(Reference reference) {
            this.reference = reference;
        }

        void add(int window, int at, float[] logits) {
            double logSum = Reference.logSum(logits);
            double here = 0;
            double restExpected = 1;
            double rest = 1;
            for (int place = 0; place < Reference.KEPT; place++) {
                double expected = reference.logit(window, at, place) - reference.logSum(window, at);
                double actual = logits[reference.id(window, at, place)] - logSum;
                here += Math.exp(expected) * (expected - actual);
                restExpected -= Math.exp(expected);
                rest -= Math.exp(actual);
            }
            if (restExpected > LEAST_REST && rest > LEAST_REST) {
                here += restExpected * Math.log(restExpected / rest);
            }
            positions++;
            // What is no number is as far as can be.
            divergence += Double.isNaN(here) ? Double.POSITIVE_INFINITY : here;
            worst = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(worst, here);
            if (likeliest(logits) != reference.id(window, at, 0)) {
                others++;
                gap = Math.max(gap, reference.logit(window, at, 0) - reference.logit(window, at, 1));
            }
        }

        private int likeliest(float[] logits) {
            int best = 0;
            for (int id = 1; id < logits.length; id++) {
                best = logits[id] > logits[best] ? id : best;
            }
            return best;
        }

        Agreement agreement() {
            return new Agreement(positions, divergence / positions, worst, others, gap);
        }
    }
}
