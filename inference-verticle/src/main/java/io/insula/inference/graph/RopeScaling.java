package io.insula.inference.graph;

import java.util.List;

/** How rotary frequencies are stretched, so that a model reads longer texts than it was first trained for. */
public sealed interface RopeScaling {

    /**
     * A pair's frequency after scaling.
     *
     * @param frequency {@code theta ^ (-2 * pair / headSize)}
     */
    double scaled(double frequency, int pair, int headSize, double theta);

    /** What the rotated elements are multiplied with. */
    default double magnitude() {
        return 1;
    }

    /** As trained. */
    record None() implements RopeScaling {
        @Override
        public double scaled(double frequency, int pair, int headSize, double theta) {
            return frequency;
        }
    }

    /**
     * Every position counts for less.
     *
     * <p><b>Source:</b> Chen et al., "Extending Context Window of Large Language Models via Positional Interpolation", 2023.
     */
    record Linear(double factor) implements RopeScaling {
        public Linear {
            positive("factor", factor);
        }

        @Override
        public double scaled(double frequency, int pair, int headSize, double theta) {
            return frequency / factor;
        }
    }

    /** A divisor for every pair, as GGUF files of Llama 3.1 and later hold them in {@code rope_freqs.weight}. */
    record Divided(List<Double> divisors) implements RopeScaling {
        public Divided {
            divisors = List.copyOf(divisors);
            divisors.forEach(divisor -> positive("divisor", divisor));
        }

        @Override
        public double scaled(double frequency, int pair, int headSize, double theta) {
            return frequency / divisors.get(pair);
        }
    }

    /**
     * Slow pairs are divided, fast ones stay, those between are mixed.
     *
     * <p><b>Source:</b> the {@code llama3} kind of Hugging Face's modeling_rope_utils, for Llama 3.1.
     *
     * @param factor divisor of slow pairs
     * @param lowFrequency turns within the original context up to which a pair is slow
     * @param highFrequency turns within the original context from which on a pair is fast
     * @param originalTokens the context that the model was first trained for
     */
    record Llama3(double factor, double lowFrequency, double highFrequency, int originalTokens) implements RopeScaling {
        public Llama3 {
            positive("factor", factor);
            positive("low_freq_factor", lowFrequency);
            positive("original_max_position_embeddings", originalTokens);
            if (!(highFrequency > lowFrequency)) {
                throw new IllegalArgumentException(
                        "high_freq_factor: " + highFrequency + " (expected: > low_freq_factor " + lowFrequency + ")");
            }
        }

        @Override
        public double scaled(double frequency, int pair, int headSize, double theta) {
            double turns = originalTokens * frequency / (2 * Math.PI);
            double kept = clamp((turns - lowFrequency) / (highFrequency - lowFrequency));
            return (1 - kept) * frequency / factor + kept * frequency;
        }
    }

    /**
     * YaRN: slow pairs are divided, fast ones stay, a ramp over the pairs between; magnitudes grow.
     *
     * <p><b>Source:</b> Peng et al., "YaRN: Efficient Context Window Extension of Large Language Models", 2023.
     *
     * @param factor divisor of slow pairs
     * @param originalTokens the context that the model was first trained for
     * @param betaFast turns within it from which on a pair is fast
     * @param betaSlow turns within it up to which a pair is slow
     * @param magnitude what the rotated elements are multiplied with
     */
    record Yarn(double factor, int originalTokens, double betaFast, double betaSlow, double magnitude)
            implements RopeScaling {
        public Yarn {
            positive("factor", factor);
            positive("original context", originalTokens);
            positive("beta_slow", betaSlow);
            positive("beta_fast", betaFast);
            positive("magnitude", magnitude);
        }

        /** The magnitude that the paper recommends. */
        public static double recommendedMagnitude(double factor) {
            return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
        }

        @Override
        public double scaled(double frequency, int pair, int headSize, double theta) {
            double first = Math.max(0, Math.floor(pairThatTurns(betaFast, headSize, theta)));
            double last = Math.min(headSize - 1, Math.ceil(pairThatTurns(betaSlow, headSize, theta)));
            double divided = clamp((pair - first) / Math.max(0.001, last - first));
            return (1 - divided) * frequency + divided * frequency / factor;
        }

        private double pairThatTurns(double times, int headSize, double theta) {
            return headSize * Math.log(originalTokens / (times * 2 * Math.PI)) / (2 * Math.log(theta));
        }
    }

    private static double clamp(double value) {
        return Math.clamp(value, 0.0, 1.0);
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("rope scaling: " + name + " " + value + " (expected: > 0)");
        }
    }
}
