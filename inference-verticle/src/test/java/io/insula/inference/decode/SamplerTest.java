package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.WholeLogits;
import io.insula.protocol.LogitBias;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.TokenIds;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {

    private static final int VOCABULARY = 60;
    private static final long SEED = 20260101;
    private static final NextTokens ANY = NextTokens.allBut(TokenIds.EMPTY);
    private static final int DRAWS = 20_000;
    /** One in a thousand, in standard deviations. */
    private static final double RARE = 3.1;

    @Test
    void takesTheMostProbableTokenAtTemperatureZeroAndTheLowestOfEqualOnes() {
        Sampler sampler = new Sampler(4);
        StepLogits rows = new WholeLogits(FloatBuffer.wrap(new float[] {0, 3, 1, 3, -1, -2, -1, -5}), 4);
        SamplingParameters greedy = new SamplingParameters(0, 1, SEED);
        assertThat(sample(sampler, rows, 0, greedy, 0, 0)).isEqualTo(1);
        assertThat(sample(sampler, rows, 1, greedy, 0, 0)).isEqualTo(0);
    }

    @Test
    void takesTheMostProbableTokenAtTopPZeroAndAtTopKOne() {
        StepLogits logits = WholeLogits.of(logits(SEED, VOCABULARY, 2));
        Sampler sampler = new Sampler(VOCABULARY);
        int best = sample(sampler, logits, 0, new SamplingParameters(0, 1, 1), 0, 0);
        for (int index = 0; index < 200; index++) {
            assertThat(sample(sampler, logits, 0, new SamplingParameters(2, 0, 1), 0, index))
                    .isEqualTo(best);
            assertThat(sample(sampler, logits, 0, new SamplingParameters(2, 1, 1).withTopK(1), 0, index))
                    .isEqualTo(best);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-9, 1e-4})
    void becomesGreedyAsTheTemperatureVanishes(double temperature) {
        Sampler sampler = new Sampler(VOCABULARY);
        StepLogits logits = WholeLogits.of(logits(SEED, VOCABULARY, 2));
        int best = sample(sampler, logits, 0, new SamplingParameters(0, 1, 1), 0, 0);
        for (double topP : new double[] {0.5, 1}) {
            SamplingParameters cold = new SamplingParameters(temperature, topP, 1);
            assertThat(sample(sampler, logits, 0, cold, 0, 3)).isEqualTo(best);
            assertThat(sample(
                            sampler,
                            logits,
                            0,
                            cold.withTopK(5).withTypicalP(0.5).withMinP(0.1),
                            0,
                            3))
                    .isEqualTo(best);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,0,1,1,0", "0.5,0,1,1,0", "2,0,1,1,0", "1,0,1,0.9,0", "1.5,0,1,0.6,0", "2,0,1,0.99,0",
        "1,10,1,1,0", "2,59,1,1,0", "1,70,1,1,0", "1,0,0.5,1,0", "1.5,0,0.95,1,0", "1,0,0.1,1,0",
        "1,0,1,1,0.1", "2,0,1,1,0.4", "1.3,30,0.9,0.8,0.05", "1,20,0.7,1,0", "1,0,0.8,0.7,0.2"
    })
    void followsTheDistribution(double temperature, int topK, double typicalP, double topP, double minP) {
        SamplingParameters parameters = new SamplingParameters(temperature, topP, SEED)
                .withTopK(topK)
                .withTypicalP(typicalP)
                .withMinP(minP);
        float[] logits = logits(SEED, VOCABULARY, 1.5);
        int[] counts = counts(logits, parameters);
        assertThat(excess(counts, NaiveSampler.probabilities(logits, parameters), DRAWS))
                .as("deviations of chi-square, seed %d", SEED)
                .isLessThan(RARE);
    }

    @ParameterizedTest
    @CsvSource({"1.3,0,0", "0.8,0,0", "1,0.4,0", "1,0,0.7", "1,-0.3,-0.5", "1.2,0.2,0.3"})
    void followsTheDistributionThatPenaltiesAndBiasLeave(double repetition, double frequency, double presence) {
        SamplingParameters parameters = new SamplingParameters(1, 0.95, SEED)
                .withPenalties(new Penalties(repetition, frequency, presence))
                .withLogitBias(LogitBias.of(Map.of(3, 2.5, 8, -100.0, 20, -1.0)));
        float[] logits = logits(SEED, VOCABULARY, 1.5);
        for (int i = 0; i < logits.length; i += 2) {
            logits[i] -= 10;
        }
        int[] prompt = {1, 1, 2, 3, 9, 12};
        int[] output = {3, 4, 4, 4, 5, 9, 11};
        TokenIds forbidden = TokenIds.of(6, 7);
        Sampler sampler = new Sampler(VOCABULARY);
        ChoiceHistory history = history(parameters, prompt, output);
        int[] counts = new int[VOCABULARY];
        for (int draw = 0; draw < DRAWS; draw++) {
            counts[
                    sampler.sample(
                            WholeLogits.of(logits), 0, parameters, history, NextTokens.allBut(forbidden), draw)]++;
        }
        assertThat(excess(counts, NaiveSampler.probabilities(logits, parameters, prompt, output, Set.of(6, 7)), DRAWS))
                .as("deviations of chi-square, seed %d", SEED)
                .isLessThan(RARE);
    }

    @ParameterizedTest
    @CsvSource({
        "1,0,1,1,0,1",
        "2,0,1,1,0,1",
        "1,10,1,1,0,1",
        "1,40,1,1,0,1",
        "1.5,0,0.9,1,0,1",
        "1,0,1,0.8,0,1",
        "1,0,1,1,0.2,1",
        "1.3,20,0.9,0.9,0.05,1",
        "1,0,1,1,0,1.3",
        "1.5,12,0.95,0.9,0.02,0.8"
    })
    void followsTheDistributionThatAMaskLeaves(
            double temperature, int topK, double typicalP, double topP, double minP, double repetition) {
        SamplingParameters parameters = new SamplingParameters(temperature, topP, SEED)
                .withTopK(topK)
                .withTypicalP(typicalP)
                .withMinP(minP)
                .withPenalties(new Penalties(repetition, repetition - 1, 0))
                .withLogitBias(LogitBias.of(Map.of(3, 2.0, 8, 1.5, 20, -1.0)));
        float[] logits = logits(SEED, VOCABULARY, 1.5);
        int[] output = {3, 4, 4, 5, 41};
        // Tokens 1, 4, 7, … and, besides them, 8 and 33.
        long[] words = {0x249249249249249L << 1};
        TokenIds besides = TokenIds.of(8, 33);
        Set<Integer> forbidden = IntStream.range(0, VOCABULARY)
                .filter(token -> token % 3 != 1 && token != 8 && token != 33)
                .boxed()
                .collect(Collectors.toSet());
        Sampler sampler = new Sampler(VOCABULARY);
        ChoiceHistory history = history(parameters, new int[0], output);
        int[] counts = new int[VOCABULARY];
        for (int draw = 0; draw < DRAWS; draw++) {
            int token = sampler.sample(
                    WholeLogits.of(logits), 0, parameters, history, NextTokens.only(words, besides), draw);
            assertThat(token)
                    .as("what forbidding all the others gives")
                    .isEqualTo(sampler.sample(WholeLogits.of(logits), 0, parameters, history, allBut(forbidden), draw));
            counts[token]++;
        }
        assertThat(excess(counts, NaiveSampler.probabilities(logits, parameters, new int[0], output, forbidden), DRAWS))
                .as("deviations of chi-square, seed %d", SEED)
                .isLessThan(RARE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 127, 128, 130, 200})
    void aMaskOfOneTokenLeavesThatOneWhateverTheParameters(int vocabulary) {
        Sampler sampler = new Sampler(vocabulary);
        StepLogits logits = WholeLogits.of(logits(SEED, vocabulary, 3));
        SamplingParameters[] all = {
            new SamplingParameters(0, 1, SEED),
            new SamplingParameters(2, 1, SEED),
            new SamplingParameters(1, 0.1, SEED),
            new SamplingParameters(1, 1, SEED).withTopK(3),
            new SamplingParameters(1, 1, SEED).withTypicalP(0.2),
            new SamplingParameters(1, 1, SEED).withMinP(0.5)
        };
        for (SamplingParameters parameters : all) {
            ChoiceHistory history = history(parameters, new int[0], new int[0]);
            for (int token = 0; token < vocabulary; token++) {
                // As long as it must be, or as long as the vocabulary, or longer.
                long[] words = new long[token / 64 + 1 + token % 3];
                words[token / 64] = 1L << token % 64;
                assertThat(sampler.sample(logits, 0, parameters, history, NextTokens.only(words, TokenIds.EMPTY), 0))
                        .isEqualTo(token);
                assertThat(sampler.sample(
                                logits, 0, parameters, history, NextTokens.only(new long[0], TokenIds.of(token)), 0))
                        .isEqualTo(token);
            }
            assertThatThrownBy(() -> sampler.sample(
                            logits, 0, parameters, history, NextTokens.only(new long[1], TokenIds.EMPTY), 0))
                    .hasMessage("logits: every token is masked (expected: one that may be drawn)");
        }
    }

    @Test
    void aMaskOfAllTokensChangesNothing() {
        float[] logits = logits(SEED, VOCABULARY, 2);
        SamplingParameters parameters = new SamplingParameters(1, 0.9, SEED);
        Sampler sampler = new Sampler(VOCABULARY);
        ChoiceHistory history = history(parameters, new int[0], new int[0]);
        for (int choice = 0; choice < 200; choice++) {
            assertThat(sampler.sample(
                            WholeLogits.of(logits),
                            0,
                            parameters,
                            history,
                            NextTokens.only(new long[] {-1}, TokenIds.EMPTY),
                            choice))
                    .isEqualTo(sampler.sample(WholeLogits.of(logits), 0, parameters, history, ANY, choice));
        }
    }

    @ParameterizedTest
    @CsvSource({"1.1,0,1,0", "1,30,1,0", "1,0,0.9,0", "1,0,1,0.02"})
    void theDistributionTestSeesAWrongParameter(double temperature, int topK, double typicalP, double minP) {
        float[] logits = logits(SEED, VOCABULARY, 1.5);
        SamplingParameters wrong = new SamplingParameters(temperature, 1, SEED)
                .withTopK(topK)
                .withTypicalP(typicalP)
                .withMinP(minP);
        double[] right = NaiveSampler.probabilities(logits, new SamplingParameters(1, 1, SEED));
        assertThat(excess(counts(logits, wrong), right, DRAWS)).isGreaterThan(RARE);
    }

    @ParameterizedTest
    @CsvSource({
        "0.2,0,1,0.3,0", "1,0,1,0.05,0", "1,0,1,0.5,0", "1,0,1,0.95,0", "1,0,1,0.999999,0", "2,0,1,0.9,0",
        "2,0,1,1,0", "1,40,1,1,0", "2,2000,1,1,0", "1,0,0.2,1,0", "1,0,0.95,1,0", "0.7,0,0.99,1,0",
        "1,0,1,1,0.01", "2,0,1,1,0.3", "1.5,200,0.9,0.9,0.02"
    })
    void drawsWhatAFullSortWouldDraw(double temperature, int topK, double typicalP, double topP, double minP) {
        int vocabulary = 3_001;
        for (int round = 0; round < 4; round++) {
            SamplingParameters parameters = new SamplingParameters(temperature, topP, SEED)
                    .withTopK(topK)
                    .withTypicalP(typicalP)
                    .withMinP(minP);
            float[] logits = logits(SEED + round, vocabulary, 3);
            double[] expected = NaiveSampler.probabilities(logits, parameters);
            int[] octaves = octaves(logits, temperature);
            Candidates candidates = new Candidates(vocabulary);
            candidates.load(WholeLogits.of(logits), 0);
            for (int step = 0; step < 200; step++) {
                double uniform = (step + 0.5) / 200;
                int token = topK == 0 && typicalP == 1 && topP == 1 && minP == 0
                        ? candidates.draw(temperature, uniform)
                        : candidates.drawTruncated(parameters, uniform);
                double before = IntStream.range(0, vocabulary)
                        .filter(other ->
                                octaves[other] > octaves[token] || (octaves[other] == octaves[token] && other < token))
                        .mapToDouble(other -> expected[other])
                        .sum();
                // The weights are floats: a relative 1e-7 each.
                assertThat(uniform)
                        .as("round %d of seed %d, token %d", round, SEED, token)
                        .isBetween(before - 2e-6, before + expected[token] + 2e-6);
            }
        }
    }

    /** The power of two of each token's weight, of the likeliest one's; the small ones are all alike. */
    private static int[] octaves(float[] logits, double temperature) {
        double top = IntStream.range(0, logits.length)
                .mapToDouble(token -> logits[token])
                .max()
                .orElseThrow();
        return IntStream.range(0, logits.length)
                .mapToDouble(token -> Math.floor((logits[token] - top) / temperature / Math.log(2)))
                .mapToInt(octave -> Math.max(-17, (int) octave))
                .toArray();
    }

    @Test
    void keepsEqualTokensByIdWhenAStageEndsAmongThem() {
        StepLogits logits = WholeLogits.of(new float[] {0, 1, 1, 1, 1, 0});
        for (SamplingParameters parameters : new SamplingParameters[] {
            new SamplingParameters(0.01, 0.5, SEED),
            new SamplingParameters(0.01, 1, SEED).withTopK(2),
            new SamplingParameters(0.01, 1, SEED).withTypicalP(0.5)
        }) {
            Set<Integer> seen = new HashSet<>();
            for (int index = 0; index < 500; index++) {
                seen.add(sample(new Sampler(6), logits, 0, parameters, 0, index));
            }
            assertThat(seen).as("%s", parameters).containsExactlyInAnyOrder(1, 2);
        }
    }

    @Test
    void typicalSamplingCanLeaveOutTheMostProbableToken() {
        // One likely token and many of equal small probability: what is expected lies nearer to the many.
        float[] logits = new float[1_001];
        logits[0] = 5.5f;
        SamplingParameters parameters = new SamplingParameters(1, 1, SEED).withTypicalP(0.5);
        assertThat(NaiveSampler.probabilities(logits, parameters)[0]).isZero();
        for (int index = 0; index < 300; index++) {
            assertThat(sample(new Sampler(1_001), WholeLogits.of(logits), 0, parameters, 0, index))
                    .isPositive();
        }
    }

    @Test
    void aNucleusOfNothingIsTheMostProbableOfTheTypicalTokens() {
        float[] logits = logits(SEED, VOCABULARY, 1.5);
        double[] typical = NaiveSampler.probabilities(logits, new SamplingParameters(1, 1, SEED).withTypicalP(0.3));
        double most = Arrays.stream(typical).max().orElseThrow();
        SamplingParameters parameters = new SamplingParameters(1, 0, SEED).withTypicalP(0.3);
        for (int index = 0; index < 100; index++) {
            int token = sample(new Sampler(VOCABULARY), WholeLogits.of(logits), 0, parameters, 0, index);
            assertThat(typical[token]).isEqualTo(most);
        }
    }

    @Test
    void anExtremeMaskOrBiasIsNeverOrAlwaysDrawn() {
        float[] logits = {5, 5, 5, 4};
        SamplingParameters hot = new SamplingParameters(2, 1, SEED);
        SamplingParameters forced = hot.withLogitBias(LogitBias.of(Map.of(3, 100.0)));
        ChoiceHistory history = history(hot, new int[0], new int[0]);
        Sampler sampler = new Sampler(4);
        for (int choice = 0; choice < 300; choice++) {
            assertThat(sampler.sample(
                            WholeLogits.of(logits), 0, hot, history, NextTokens.allBut(TokenIds.of(0, 2)), choice))
                    .isIn(1, 3);
            assertThat(sampler.sample(WholeLogits.of(logits), 0, forced, history, ANY, choice))
                    .isEqualTo(3);
        }
        assertThatThrownBy(() -> sampler.sample(
                        WholeLogits.of(logits), 0, hot, history, NextTokens.allBut(TokenIds.of(0, 1, 2, 3)), 0))
                .isInstanceOf(SamplingException.class)
                .hasMessage("logits: every token is masked (expected: one that may be drawn)");
    }

    @Test
    void greedyChoosesAfterBiasAndPenalties() {
        float[] logits = {3, 2.5f, -1, 0};
        SamplingParameters greedy = new SamplingParameters(0, 1, SEED);
        assertThat(greedy(logits, greedy.withPenalties(new Penalties(1.5, 0, 0)), new int[] {0}, new int[0]))
                .as("a repetition in the prompt counts")
                .isEqualTo(1);
        assertThat(greedy(logits, greedy.withPenalties(new Penalties(1, 2, 2)), new int[] {0}, new int[0]))
                .as("the other penalties look at the answer alone")
                .isEqualTo(0);
        assertThat(greedy(logits, greedy.withPenalties(new Penalties(1, 0, 0.6)), new int[0], new int[] {0}))
                .isEqualTo(1);
        assertThat(greedy(logits, greedy.withPenalties(new Penalties(1, 0.3, 0)), new int[0], new int[] {0}))
                .isEqualTo(0);
        assertThat(greedy(logits, greedy.withPenalties(new Penalties(1, 0.3, 0)), new int[0], new int[] {0, 0}))
                .isEqualTo(1);
        assertThat(greedy(logits, greedy.withLogitBias(LogitBias.of(Map.of(2, 5.0))), new int[0], new int[0]))
                .isEqualTo(2);
    }

    @Test
    void adjustsEachLogitAsTheFormulasSay() {
        Random random = new Random(SEED);
        for (int round = 0; round < 100; round++) {
            float[] logits = logits(SEED + round, VOCABULARY, 3);
            for (int i = 0; i < logits.length; i += 3) {
                logits[i] -= 14;
            }
            SamplingParameters parameters = new SamplingParameters(1, 1, SEED)
                    .withPenalties(new Penalties(
                            0.5 + random.nextDouble(), random.nextDouble() * 4 - 2, random.nextDouble() * 4 - 2))
                    .withLogitBias(LogitBias.of(Map.of(random.nextInt(VOCABULARY), random.nextDouble() * 200 - 100)));
            int[] prompt = random.ints(random.nextInt(40), 0, VOCABULARY).toArray();
            int[] output = random.ints(random.nextInt(40), 0, VOCABULARY).toArray();
            Set<Integer> forbidden = random.ints(2, 0, VOCABULARY).boxed().collect(Collectors.toSet());
            Candidates candidates = new Candidates(VOCABULARY);
            candidates.load(WholeLogits.of(logits), 0);
            LogitAdjustments.apply(candidates, parameters, history(parameters, prompt, output), allBut(forbidden));
            double[] expected = NaiveSampler.adjusted(logits, parameters, prompt, output, forbidden);
            for (int token = 0; token < VOCABULARY; token++) {
                // Each of the stages rounds to a float of at most 200: an error of 8e-6.
                double error = forbidden.contains(token) ? 0 : Math.abs(candidates.logit(token) - expected[token]);
                assertThat(error)
                        .as("token %d, round %d, seed %d", token, round, SEED)
                        .isLessThan(1e-4);
            }
        }
    }

    @Test
    void aChoiceMovedInTheMiddleIsDrawnOnAlike() {
        SamplingParameters parameters =
                new SamplingParameters(1, 0.95, SEED).withPenalties(new Penalties(1.2, 0.5, 0.5));
        int[] prompt = {5, 6, 7, 5};
        Sampler sampler = new Sampler(VOCABULARY);
        ChoiceHistory whole = history(parameters, prompt, new int[0]);
        int[] tokens = new int[60];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = sampler.sample(row(i), 0, parameters, whole, ANY, 2);
            whole.add(tokens[i]);
        }
        for (int cut = 0; cut < tokens.length; cut += 7) {
            ChoiceHistory moved =
                    history(parameters, prompt, Arrays.copyOf(tokens, cut)).anotherChoice();
            IntStream.of(Arrays.copyOf(tokens, cut)).forEach(moved::add);
            Sampler other = new Sampler(VOCABULARY);
            for (int i = cut; i < tokens.length; i++) {
                int token = other.sample(row(i), 0, parameters, moved, ANY, 2);
                assertThat(token)
                        .as("token %d after a cut at %d, seed %d", i, cut, SEED)
                        .isEqualTo(tokens[i]);
                moved.add(token);
            }
        }
    }

    @Test
    void dependsOnSeedChoiceAndIndexAlone() {
        FloatBuffer both = FloatBuffer.allocate(2 * VOCABULARY)
                .put(logits(1, VOCABULARY, 2))
                .put(logits(2, VOCABULARY, 2));
        StepLogits rows = new WholeLogits(both, VOCABULARY);
        SamplingParameters parameters = new SamplingParameters(1, 0.9, 77);
        Sampler used = new Sampler(VOCABULARY);
        for (int index = 0; index < 50; index++) {
            sample(used, rows, 0, parameters, 0, index);
            assertThat(sample(used, rows, 1, parameters, 1, index))
                    .isEqualTo(sample(new Sampler(VOCABULARY), rows, 1, parameters, 1, index));
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesLogitsThatAreNotFinite(float broken) {
        float[] logits = new float[2 * VOCABULARY];
        logits[VOCABULARY + 17] = broken;
        for (double temperature : new double[] {0, 1}) {
            assertThatThrownBy(() -> sample(
                            new Sampler(VOCABULARY),
                            new WholeLogits(FloatBuffer.wrap(logits), VOCABULARY),
                            1,
                            new SamplingParameters(temperature, 0.9, 1),
                            0,
                            0))
                    .isInstanceOf(SamplingException.class)
                    .hasMessage("logits of row 1: " + broken + " at token 17 (expected: finite numbers)");
        }
    }

    private static NextTokens allBut(Set<Integer> forbidden) {
        return NextTokens.allBut(
                TokenIds.of(forbidden.stream().mapToInt(Integer::intValue).toArray()));
    }

    private static StepLogits row(int index) {
        return WholeLogits.of(logits(SEED + index, VOCABULARY, 1));
    }

    private static int greedy(float[] logits, SamplingParameters parameters, int[] prompt, int[] output) {
        return new Sampler(logits.length)
                .sample(WholeLogits.of(logits), 0, parameters, history(parameters, prompt, output), ANY, 0);
    }

    private static ChoiceHistory history(SamplingParameters parameters, int[] prompt, int[] output) {
        ChoiceHistory history = ChoiceHistory.after(TokenIds.of(prompt), parameters.penalties());
        IntStream.of(output).forEach(history::add);
        return history;
    }

    private static int sample(
            Sampler sampler, StepLogits logits, int row, SamplingParameters parameters, int choice, int index) {
        return sampler.sample(logits, row, parameters, history(parameters, new int[0], new int[index]), ANY, choice);
    }

    private static float[] logits(long seed, int vocabulary, double deviation) {
        Random random = new Random(seed);
        float[] logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            logits[i] = (float) (10 + deviation * random.nextGaussian());
        }
        return logits;
    }

    private static int[] counts(float[] logits, SamplingParameters parameters) {
        Sampler sampler = new Sampler(logits.length);
        ChoiceHistory history = history(parameters, new int[0], new int[0]);
        int[] counts = new int[logits.length];
        for (int index = 0; index < DRAWS; index++) {
            int token = sampler.sample(WholeLogits.of(logits), 0, parameters, history, ANY, 0);
            history.add(token);
            counts[token]++;
        }
        return counts;
    }

    /** Chi-square in standard deviations (Wilson and Hilferty). Rare tokens share a cell. */
    private static double excess(int[] counts, double[] probabilities, int draws) {
        double chiSquare = 0;
        double rareExpected = 0;
        double rareCount = 0;
        int cells = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = probabilities[i] * draws;
            if (expected == 0) {
                assertThat(counts[i])
                        .as("draws of token %d, which was dropped", i)
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
