package io.insula.bench;

import io.insula.inference.engine.StepEngine;
import io.insula.inference.engine.StepLogits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * How well an engine predicts a fixed English text: the same windows and the same tokens for every engine.
 *
 * <p>The text is cut into windows of 512 tokens, each evaluated from an empty context; what follows the last whole window
 * is left out. The first tokens of a window, which nothing predicts well, are not scored.
 *
 * @param value exp of the mean negative log-likelihood; lower is better
 * @param scored tokens that were predicted
 */
public record Perplexity(double value, int scored) {

    /** Tokens of a window. */
    public static final int WINDOW = 512;

    private static final int UNSCORED = 32;

    /** The public-domain text that is predicted. */
    public static String text() {
        try (InputStream in = Perplexity.class.getResourceAsStream("opticks.txt")) {
            return new String(Objects.requireNonNull(in, "opticks.txt").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By one-token decode rows, as many windows side by side as there are slots. */
    public static Perplexity ofDecode(StepEngine engine, int[] tokens, int windows) {
        check(engine, tokens, windows);
        int slots = engine.shape().slots();
        Sum sum = new Sum();
        for (int first = 0; first < windows; first += slots) {
            int rows = Math.min(slots, windows - first);
            for (int row = 0; row < rows; row++) {
                engine.clear(row);
                engine.prefill(row, tokens, (first + row) * WINDOW, 2);
            }
            int[] step = new int[rows];
            for (int at = 2; at < WINDOW - 1; at++) {
                for (int row = 0; row < rows; row++) {
                    step[row] = tokens[(first + row) * WINDOW + at];
                }
                StepLogits logits = engine.decode(rows, step);
                for (int row = 0; row < rows && at + 1 >= UNSCORED; row++) {
                    sum.add(logits.row(row), tokens[(first + row) * WINDOW + at + 1]);
                }
            }
        }
        return sum.perplexity();
    }

    /** By prefill in chunks, scoring the token that follows each of them. */
    public static Perplexity ofPrefill(StepEngine engine, int[] tokens, int windows, int chunk) {
        check(engine, tokens, windows);
        Sum sum = new Sum();
        for (int window = 0; window < windows; window++) {
            engine.clear(0);
            for (int at = 0; at + chunk < WINDOW; at += chunk) {
                engine.prefill(0, tokens, window * WINDOW + at, chunk);
                if (at + chunk >= UNSCORED) {
                    sum.add(engine.prefillLogits().row(0), tokens[window * WINDOW + at + chunk]);
                }
            }
        }
        return sum.perplexity();
    }

    private static void check(StepEngine engine, int[] tokens, int windows) {
        if (windows < 1 || windows > tokens.length / WINDOW) {
            throw new IllegalArgumentException(
                    "windows: " + windows + " (expected: 1.." + tokens.length / WINDOW + ")");
        }
        if (engine.shape().slotTokens() < WINDOW) {
            throw new IllegalArgumentException(
                    "slot: " + engine.shape().slotTokens() + " tokens (expected: at least " + WINDOW + ")");
        }
    }

    private static final class Sum {

        private double nll;
        private int count;

        void add(float[] logits, int token) {
            float largest = Float.NEGATIVE_INFINITY;
            for (float logit : logits) {
                largest = Math.max(largest, logit);
            }
            double total = 0;
            for (float logit : logits) {
                total += Math.exp(logit - largest);
            }
            nll += Math.log(total) + largest - logits[token];
            count++;
        }

        Perplexity perplexity() {
            return new Perplexity(Math.exp(nll / count), count);
        }
    }
}
