package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.SamplingParameters;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {

    private static final int VOCABULARY = 60;
    private static final long SEED = 20260101;

    @Test
    void takesTheMostProbableTokenAtTemperatureZeroAndTheLowestOfEqualOnes() {
        Sampler sampler = new Sampler(4);
        FloatBuffer rows = FloatBuffer.wrap(new float[] {0, 3, 1, 3, -1, -2, -1, -5});
        SamplingParameters greedy = new SamplingParameters(0, 1, SEED);
        assertThat(sampler.sample(rows, 0, greedy, 0, 0)).isEqualTo(1);
        assertThat(sampler.sample(rows, 1, greedy, 0, 0)).isEqualTo(0);
    }

    @Test
    void takesTheMostProbableTokenAtTopPZero() {
        FloatBuffer logits = FloatBuffer.wrap(logits(SEED, VOCABULARY, 2));
        int best = new Sampler(VOCABULARY).sample(logits, 0, new SamplingParameters(0, 1, 1), 0, 0);
        for (int index = 0; index < 200; index++) {
            assertThat(new Sampler(VOCABULARY).sample(logits, 0, new SamplingParameters(2, 0, 1), 0, index))
                    .isEqualTo(best);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-9, 1e-4})
    void becomesGreedyAsTheTemperatureVanishes(double temperature) {
        Sampler sampler = new Sampler(VOCABULARY);
        FloatBuffer logits = FloatBuffer.wrap(logits(SEED, VOCABULARY, 2));
        int best = sampler.sample(logits, 0, new SamplingParameters(0, 1, 1), 0, 0);
        for (double topP : new double[] {0.5, 1}) {
            assertThat(sampler.sample(logits, 0, new SamplingParameters(temperature, topP, 1), 0, 3))
                    .isEqualTo(best);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "0.5,1", "2,1", "1,0.9", "1.5,0.6", "2,0.99"})
    void followsTheDistribution(double temperature, double topP) {
        float[] logits = logits(SEED, VOCABULARY, 1.5);
        int draws = 20_000;
        int[] counts = counts(logits, new SamplingParameters(temperature, topP, SEED), draws);
        assertThat(excess(counts, probabilities(logits, temperature, topP), draws))
                .as("deviations of chi-square, seed %d", SEED)
                .isLessThan(3.1);
    }

    @Test
    void theDistributionTestSeesAWrongTemperature() {
        float[] logits = logits(SEED, VOCABULARY, 1.5);
        int draws = 20_000;
        int[] counts = counts(logits, new SamplingParameters(1.1, 1, SEED), draws);
        assertThat(excess(counts, probabilities(logits, 1, 1), draws)).isGreaterThan(3.1);
    }

    @ParameterizedTest
    @CsvSource({"0.2,0.3", "1,0.05", "1,0.5", "1,0.95", "1,0.999999", "2,0.9", "2,1"})
    void drawsWhatAFullSortWouldDraw(double temperature, double topP) {
        int vocabulary = 3_001;
        for (int round = 0; round < 4; round++) {
            float[] logits = logits(SEED + round, vocabulary, 3);
            double[] expected = probabilities(logits, temperature, topP);
            Candidates candidates = new Candidates(vocabulary);
            candidates.load(FloatBuffer.wrap(logits), 0);
            for (int step = 0; step < 200; step++) {
                double uniform = (step + 0.5) / 200;
                int token = topP < 1
                        ? candidates.drawFromNucleus(temperature, topP, uniform)
                        : candidates.draw(temperature, uniform);
                double before = Arrays.stream(expected, 0, token).sum();
                // The weights are floats: a relative 1e-7 each.
                assertThat(uniform)
                        .as("round %d of seed %d, token %d", round, SEED, token)
                        .isBetween(before - 2e-6, before + expected[token] + 2e-6);
            }
        }
    }

    @Test
    void keepsEqualTokensByIdWhenTheNucleusEndsAmongThem() {
        FloatBuffer logits = FloatBuffer.wrap(new float[] {0, 1, 1, 1, 1, 0});
        Set<Integer> seen = new HashSet<>();
        for (int index = 0; index < 500; index++) {
            seen.add(new Sampler(6).sample(logits, 0, new SamplingParameters(0.01, 0.5, SEED), 0, index));
        }
        assertThat(seen).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void aMaskedTokenIsNeverDrawn() {
        Candidates candidates = new Candidates(3);
        candidates.load(FloatBuffer.wrap(new float[] {5, -1000, 5}), 0);
        for (int step = 0; step < 100; step++) {
            assertThat(candidates.draw(2, (step + 0.5) / 100)).isNotEqualTo(1);
        }
    }

    @Test
    void dependsOnSeedChoiceAndIndexAlone() {
        FloatBuffer rows = FloatBuffer.allocate(2 * VOCABULARY)
                .put(logits(1, VOCABULARY, 2))
                .put(logits(2, VOCABULARY, 2));
        SamplingParameters parameters = new SamplingParameters(1, 0.9, 77);
        Sampler used = new Sampler(VOCABULARY);
        for (int index = 0; index < 50; index++) {
            used.sample(rows, 0, parameters, 0, index);
            assertThat(used.sample(rows, 1, parameters, 1, index))
                    .isEqualTo(new Sampler(VOCABULARY).sample(rows, 1, parameters, 1, index));
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesLogitsThatAreNotFinite(float broken) {
        float[] logits = new float[2 * VOCABULARY];
        logits[VOCABULARY + 17] = broken;
        for (double temperature : new double[] {0, 1}) {
            assertThatThrownBy(() -> new Sampler(VOCABULARY)
                            .sample(FloatBuffer.wrap(logits), 1, new SamplingParameters(temperature, 0.9, 1), 0, 0))
                    .isInstanceOf(SamplingException.class)
                    .hasMessage("logits of row 1: " + broken + " at token 17 (expected: finite numbers)");
        }
    }

    private static float[] logits(long seed, int vocabulary, double deviation) {
        Random random = new Random(seed);
        float[] logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            logits[i] = (float) (10 + deviation * random.nextGaussian());
        }
        return logits;
    }

    private static int[] counts(float[] logits, SamplingParameters parameters, int draws) {
        Sampler sampler = new Sampler(logits.length);
        int[] counts = new int[logits.length];
        for (int index = 0; index < draws; index++) {
            counts[sampler.sample(FloatBuffer.wrap(logits), 0, parameters, 0, index)]++;
        }
        return counts;
    }

    /** The obvious computation: softmax in double, a full sort, the smallest prefix that reaches top-p. */
    private static double[] probabilities(float[] logits, double temperature, double topP) {
        double[] weights = IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp((logits[i] - 10) / temperature))
                .toArray();
        double total = Arrays.stream(weights).sum();
        double kept = 0;
        double[] probabilities = new double[weights.length];
        for (int token : IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -weights[i]))
                .toList()) {
            if (kept >= topP * total) {
                break;
            }
            kept += weights[token];
            probabilities[token] = weights[token];
        }
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] /= kept;
        }
        return probabilities;
    }

    /** Chi-square in standard deviations (Wilson and Hilferty); 3.1 is one in a thousand. Rare tokens share a cell. */
    private static double excess(int[] counts, double[] probabilities, int draws) {
        double chiSquare = 0;
        double rareExpected = 0;
        double rareCount = 0;
        int cells = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = probabilities[i] * draws;
            if (expected == 0) {
                assertThat(counts[i])
                        .as("draws of token %d outside the nucleus", i)
                        .isZero();
            } else if (expected < 10) {
                rareExpected += expected;
                rareCount += counts[i];
            } else {
                chiSquare += Math.pow(counts[i] - expected, 2) / expected;
                cells++;
            }
        }
        if (rareExpected > 0) {
            chiSquare += Math.pow(rareCount - rareExpected, 2) / rareExpected;
            cells++;
        }
        double degrees = cells - 1.0;
        double spread = 2 / (9 * degrees);
        return (Math.cbrt(chiSquare / degrees) - (1 - spread)) / Math.sqrt(spread);
    }
}
