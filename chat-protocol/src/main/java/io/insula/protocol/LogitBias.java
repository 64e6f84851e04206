package io.insula.protocol;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is added to the logits of single tokens: an immutable map, ids ascending. */
public final class LogitBias {

    /** The largest bias in either direction: enough to ban or to force a token. */
    public static final int LIMIT = 100;

    /** No bias. */
    public static final LogitBias NONE = new LogitBias(new int[0], new double[0]);

    private final int[] tokens;
    private final double[] biases;

    private LogitBias(int[] tokens, double[] biases) {
        this.tokens = tokens;
        this.biases = biases;
    }

    /**
     * Bias by token id.
     *
     * @param biases -100..100 for ids of at least 0
     */
    public static LogitBias of(Map<Integer, Double> biases) {
        SortedMap<Integer, Double> sorted = new TreeMap<>(biases);
        sorted.forEach((token, bias) -> {
            if (token < 0) {
                throw new IllegalArgumentException("logit_bias: token " + token + " (expected: >= 0)");
            }
            if (!(bias >= -LIMIT && bias <= LIMIT)) {
                throw new IllegalArgumentException(
                        "logit_bias: " + bias + " for token " + token + " (expected: -" + LIMIT + ".." + LIMIT + ")");
            }
        });
        return sorted.isEmpty()
                ? NONE
                : new LogitBias(
                        sorted.keySet().stream().mapToInt(Integer::intValue).toArray(),
                        sorted.values().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray());
    }

    public int size() {
        return tokens.length;
    }

    public boolean isEmpty() {
        return tokens.length == 0;
    }

    /** The id of one entry; larger than those of the entries before it. */
    public int token(int entry) {
        return tokens[entry];
    }

    public double bias(int entry) {
        return biases[entry];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogitBias that
                && Arrays.equals(tokens, that.tokens)
                && Arrays.equals(biases, that.biases);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tokens) + Arrays.hashCode(biases);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < tokens.length; i++) {
            text.append(i == 0 ? "" : ", ").append(tokens[i]).append('=').append(biases[i]);
        }
        return text.append('}').toString();
    }
}
