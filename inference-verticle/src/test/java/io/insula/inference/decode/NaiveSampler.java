package io.insula.inference.decode;

import io.insula.protocol.SamplingParameters;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The obvious computation of what a sampler draws from: every stage in double, over the whole vocabulary, by full sorts. */
final class NaiveSampler {

    private NaiveSampler() {}

    /** The probability of each token to be drawn. */
    static double[] probabilities(float[] logits, SamplingParameters parameters) {
        return probabilities(logits, parameters, new int[0], new int[0], Set.of());
    }

    static double[] probabilities(
            float[] logits, SamplingParameters parameters, int[] prompt, int[] output, Set<Integer> forbidden) {
        double[] adjusted = adjusted(logits, parameters, prompt, output, forbidden);
        double top = Arrays.stream(adjusted).max().orElseThrow();
        double[] p = normalized(Arrays.stream(adjusted)
                .map(logit -> Math.exp((logit - top) / parameters.temperature()))
                .toArray());
        if (parameters.topK() > 0) {
            double[] before = p;
            p = prefix(p, token -> -before[token], parameters.topK(), token -> 1);
        }
        if (parameters.typicalP() < 1) {
            double[] before = p;
            double entropy = Arrays.stream(before)
                    .filter(x -> x > 0)
                    .map(x -> -x * Math.log(x))
                    .sum();
            p = prefix(
                    p,
                    token -> Math.abs(-Math.log(before[token]) - entropy),
                    parameters.typicalP(),
                    token -> before[token]);
        }
        if (parameters.topP() < 1) {
            double[] before = p;
            p = prefix(p, token -> -before[token], parameters.topP(), token -> before[token]);
        }
        if (parameters.minP() > 0) {
            double least = parameters.minP() * Arrays.stream(p).max().orElseThrow();
            p = normalized(Arrays.stream(p).map(x -> x >= least ? x : 0).toArray());
        }
        return p;
    }

    static double[] adjusted(
            float[] logits, SamplingParameters parameters, int[] prompt, int[] output, Set<Integer> forbidden) {
        double[] adjusted = new double[logits.length];
        for (int token = 0; token < logits.length; token++) {
            int id = token;
            double logit = logits[token];
            for (int i = 0; i < parameters.logitBias().size(); i++) {
                logit += parameters.logitBias().token(i) == id
                        ? parameters.logitBias().bias(i)
                        : 0;
            }
            long count = IntStream.of(output).filter(other -> other == id).count();
            if (count > 0 || IntStream.of(prompt).anyMatch(other -> other == id)) {
                double penalty = parameters.penalties().repetition();
                logit = logit > 0 ? logit / penalty : logit * penalty;
            }
            logit -= count * parameters.penalties().frequency();
            logit -= count > 0 ? parameters.penalties().presence() : 0;
            adjusted[token] = forbidden.contains(token) ? Double.NEGATIVE_INFINITY : logit;
        }
        return adjusted;
    }

    /** The smallest prefix, in an order, whose amounts reach a sum; of what has a probability at all. */
    private static double[] prefix(
            double[] p, ToDoubleFunction<Integer> order, double sum, ToDoubleFunction<Integer> amount) {
        List<Integer> tokens = IntStream.range(0, p.length)
                .filter(token -> p[token] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(order))
                .toList();
        double[] kept = new double[p.length];
        double reached = 0;
        for (int token : tokens) {
            if (reached >= sum) {
                break;
            }
            reached += amount.applyAsDouble(token);
            kept[token] = p[token];
        }
        return normalized(kept);
    }

    private static double[] normalized(double[] weights) {
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / total).toArray();
    }
}
