package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.engine.WholeLogits;
import io.insula.protocol.LogitBias;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.TokenIds;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens drawn from the largest logits are those that whole rows give, and the whole row is asked for where it has to be. */
class TopSamplerTest {

    private static final int VOCABULARY = 700;
    private static final int COUNT = 24;
    private static final long SEED = 20260204;
    private static final NextTokens ANY = NextTokens.allBut(TokenIds.EMPTY);

    private final Random random = new Random(SEED);

    /** From peaked to flat; some with many equal logits, some all but equal. */
    private float[] row() {
        double spread = Math.exp(random.nextDouble() * 5 - 2);
        int form = random.nextInt(6);
        float[] logits = new float[VOCABULARY];
        for (int i = 0; i < logits.length; i++) {
            double x = spread * random.nextGaussian();
            logits[i] = (float) (form == 0 ? Math.rint(x) : form == 1 ? Math.rint(4 * x) / 4 : x);
            if (form == 2) {
                logits[i] = 3 + Math.ulp(3f) * random.nextInt(3);
            }
        }
        if (form > 3) {
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                logits[random.nextInt(VOCABULARY)] += (float) (spread * 4 + random.nextInt(6));
            }
        }
        return logits;
    }

    private double one(double... values) {
        return values[random.nextInt(values.length)];
    }

    private SamplingParameters parameters() {
        SamplingParameters parameters = new SamplingParameters(
                        one(0, 0.05, 0.3, 0.7, 1, 1, 1.3, 2), one(1, 1, 0.999, 0.95, 0.9, 0.5, 0), random.nextLong())
                .withTopK((int) one(0, 0, 1, 5, COUNT - 1, COUNT, COUNT + 1, VOCABULARY))
                .withTypicalP(one(1, 1, 1, 0.6))
                .withMinP(one(0, 0, 0.02, 0.1, 1));
        if (random.nextInt(4) == 0) {
            parameters =
                    parameters.withPenalties(new Penalties(one(1, 1.1, 2, 0.9), one(0, 0.5, 2, -0.5), one(0, 0.5, -1)));
        }
        if (random.nextInt(4) == 0) {
            Map<Integer, Double> bias = new HashMap<>();
            for (int i = 0; i < 1 + random.nextInt(30); i++) {
                bias.put(random.nextInt(VOCABULARY), one(-100, -1, 0.1, 2, 5, 100));
            }
            parameters = parameters.withLogitBias(LogitBias.of(bias));
        }
        return parameters;
    }

    private NextTokens next() {
        int[] some =
                random.ints(1 + random.nextInt(6), 0, VOCABULARY).distinct().toArray();
        return switch (random.nextInt(6)) {
            case 0 -> NextTokens.allBut(TokenIds.of(some));
            case 1 -> {
                long[] words = new long[1 + random.nextInt(VOCABULARY / 64 + 3)];
                Arrays.setAll(
                        words, i -> random.nextBoolean() ? random.nextLong() : random.nextLong() & -random.nextInt(2));
                yield NextTokens.only(words, TokenIds.of(some));
            }
            default -> ANY;
        };
    }

    private ChoiceHistory history(SamplingParameters parameters) {
        int[] prompt = random.ints(random.nextInt(40), 0, VOCABULARY).toArray();
        ChoiceHistory history = ChoiceHistory.after(TokenIds.of(prompt), parameters.penalties());
        random.ints(random.nextInt(40), 0, VOCABULARY).forEach(history::add);
        return history;
    }

    @Test
    void whateverTheSettingsTheTokenIsTheWholeRows() {
        Sampler whole = new Sampler(VOCABULARY);
        Sampler told = new Sampler(VOCABULARY);
        int spared = 0;
        int rounds = 15_000;
        for (int round = 0; round < rounds; round++) {
            float[] logits = row();
            SamplingParameters parameters = parameters();
            ChoiceHistory history = history(parameters);
            NextTokens next = next();
            int count = random.nextInt(20) == 0 ? VOCABULARY : COUNT;
            ToldLogits row = new ToldLogits(logits, count, one(-1, 0, 1), random);
            int choice = random.nextInt(3);
            assertThat(told.sample(row, 0, parameters, history, next, choice))
                    .as("round %s of seed %s: %s, %s told", round, SEED, parameters, count)
                    .isEqualTo(whole.sample(WholeLogits.of(logits), 0, parameters, history, next, choice));
            spared += 1 - row.copies();
        }
        assertThat(spared).as("rows that were not copied").isGreaterThan(rounds / 4);
        assertThat(spared).as("and some had to be").isLessThan(rounds - rounds / 10);
    }

    /** As steep as a language model's, of which a few tokens weigh most. */
    private float[] steep() {
        float[] logits = new float[VOCABULARY];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (-2.4 * Math.log1p(i) + random.nextGaussian());
        }
        return logits;
    }

    private double spared(SamplingParameters parameters, NextTokens next) {
        Sampler sampler = new Sampler(VOCABULARY);
        int copies = 0;
        for (int round = 0; round < 300; round++) {
            ToldLogits row = new ToldLogits(steep(), COUNT, one(-1, 1), random);
            ChoiceHistory history = ChoiceHistory.after(TokenIds.EMPTY, parameters.penalties());
            history.add(round % VOCABULARY);
            sampler.sample(row, 0, parameters, history, next, round);
            copies += row.copies();
        }
        return 1 - copies / 300.0;
    }

    /** A little less than what was measured, so that a bound that became loose is seen. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 1, 0, 1",
        "1, 10, 1, 0, 1",
        "1, 20, 0.9, 0.05, 1",
        "1, 0, 0.8, 0, 0.99",
        "1, 0, 0.95, 0, 0.97",
        "0.7, 0, 0.9, 0, 0.99",
        "1, 0, 1, 0.1, 0.99",
        "1, 0, 1, 0, 0.96",
        "0.5, 0, 1, 0, 0.99"
    })
    void fewWholeRowsAreAskedForWhereTheyNeedNotBe(
            double temperature, int topK, double topP, double minP, double least) {
        SamplingParameters parameters =
                new SamplingParameters(temperature, topP, SEED).withTopK(topK).withMinP(minP);
        assertThat(spared(parameters, ANY)).isGreaterThanOrEqualTo(least);
        assertThat(spared(parameters.withPenalties(new Penalties(1.1, 0.5, 0.5)), ANY))
                .as("penalties lower logits")
                .isGreaterThanOrEqualTo(least - 0.05);
        assertThat(spared(parameters.withLogitBias(LogitBias.of(Map.of(600, -100.0, 3, 1.0))), ANY))
                .as("a bias that bans")
                .isGreaterThanOrEqualTo(least - 0.05);
        assertThat(spared(parameters, NextTokens.allBut(TokenIds.of(0, 650))))
                .as("the likeliest token may not come")
                .isGreaterThanOrEqualTo(least - 0.05);
    }

    private static float[] falling() {
        float[] logits = new float[VOCABULARY];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = -0.01f * i;
        }
        return logits;
    }

    @Test
    void aMaskThatLeavesToldTokensAloneNeedsNoMore() {
        float[] logits = falling();
        ToldLogits row = new ToldLogits(logits, COUNT, 1, random);
        NextTokens next = NextTokens.only(new long[] {0b1010_0000}, TokenIds.of(7, 9));
        for (SamplingParameters parameters : new SamplingParameters[] {
            new SamplingParameters(0, 1, 1),
            new SamplingParameters(1, 1, 1),
            new SamplingParameters(2, 0.9, 1),
            new SamplingParameters(2, 1, 1).withTopK(20)
        }) {
            int token = new Sampler(VOCABULARY)
                    .sample(row, 0, parameters, ChoiceHistory.after(TokenIds.EMPTY, Penalties.NONE), next, 0);
            assertThat(token).isIn(5, 7, 9);
        }
        assertThat(row.copies()).isZero();
    }

    /** What nothing but the whole row tells. */
    @Test
    void whatCannotBeCertainIsTakenFromTheWholeRow() {
        float[] logits = new float[VOCABULARY];
        Arrays.fill(logits, -3);
        Arrays.fill(logits, 0, 2 * COUNT, 1);
        SamplingParameters greedy = new SamplingParameters(0, 1, SEED);
        assertWhole(logits, greedy, 0);
        logits[400] = 2;
        assertWhole(logits, greedy.withLogitBias(LogitBias.of(Map.of(699, 50.0))), 699);
        assertWhole(logits, greedy.withLogitBias(LogitBias.of(Map.of(400, -50.0))), 0);
        assertWhole(logits, new SamplingParameters(1, 0.999_999, SEED), -1);
        assertWhole(logits, new SamplingParameters(1, 1, SEED).withTypicalP(0.9), -1);
        assertWhole(logits, new SamplingParameters(1, 1, SEED).withTopK(COUNT), -1);
        logits[400] = 4;
        // The likeliest token is met by a smaller number.
        long late = LongStream.iterate(SEED, seed -> seed + 1)
                .filter(seed -> CounterRandom.uniform(seed, 0, 0) > 0.9)
                .findFirst()
                .orElseThrow();
        assertWhole(logits, new SamplingParameters(1, 0.4, late), -1);
        assertWhole(logits, new SamplingParameters(1, 1, late), -1);
    }

    /** A token that is not told, which neither its bias nor a penalty alone would raise to the first place. */
    @Test
    void penaltiesThatRaiseAreLeftToTheWholeRow() {
        SamplingParameters parameters = new SamplingParameters(0, 1, SEED)
                .withLogitBias(LogitBias.of(Map.of(30, 0.2)))
                .withPenalties(new Penalties(1, 0, -0.2));
        ToldLogits row = new ToldLogits(falling(), COUNT, 0, random);
        ChoiceHistory history = ChoiceHistory.after(TokenIds.EMPTY, parameters.penalties());
        history.add(30);
        assertThat(new Sampler(VOCABULARY).sample(row, 0, parameters, history, ANY, 0))
                .isEqualTo(30);
    }

    private void assertWhole(float[] logits, SamplingParameters parameters, int expected) {
        ToldLogits row = new ToldLogits(logits, COUNT, 0, random);
        ChoiceHistory history = ChoiceHistory.after(TokenIds.EMPTY, parameters.penalties());
        int token = new Sampler(VOCABULARY).sample(row, 0, parameters, history, ANY, 0);
        assertThat(row.copies()).as("%s", parameters).isOne();
        assertThat(expected).isIn(-1, token);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesLogitsThatAreNotFinite(float broken) {
        float[] logits = steep();
        logits[17] = broken;
        for (double temperature : new double[] {0, 1}) {
            SamplingParameters parameters = new SamplingParameters(temperature, 0.9, 1);
            ChoiceHistory history = ChoiceHistory.after(TokenIds.EMPTY, parameters.penalties());
            assertThatThrownBy(() -> new Sampler(VOCABULARY)
                            .sample(new ToldLogits(logits, COUNT, 0, random), 0, parameters, history, ANY, 0))
                    .isInstanceOf(SamplingException.class)
                    .hasMessage("logits of row 0: " + broken + " at token 17 (expected: finite numbers)");
        }
    }

    @Test
    void theOthersWeighWhatTheirBoundsSay() {
        for (int round = 0; round < 3_000; round++) {
            float[] logits = row();
            ToldLogits told = new ToldLogits(logits, COUNT, one(-1, 0, 1), random);
            TopRow row = new TopRow(COUNT, VOCABULARY);
            assertThat(row.load(told, 0)).isTrue();
            Candidates whole = new Candidates(VOCABULARY);
            whole.load(WholeLogits.of(logits), 0);
            double temperature = one(0.1, 0.5, 0.7, 1, 1.2, 2);
            // The heaviest of them, of which no more is left.
            IntStream.range(0, VOCABULARY)
                    .filter(token -> row.place(token) < 0)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
                    .limit(random.nextInt(4))
                    .forEach(token -> {
                        row.mask(token);
                        whole.mask(token);
                    });
            whole.weigh(temperature);
            double[] others = IntStream.range(0, VOCABULARY)
                    .filter(token -> row.place(token) < 0)
                    .mapToDouble(whole::weight)
                    .toArray();
            double sum = Arrays.stream(others).sum();
            String what = "round " + round + " of seed " + SEED + " at " + temperature;
            assertThat(row.others().mostWeight(whole.highest(), temperature))
                    .as(what)
                    .isGreaterThanOrEqualTo(sum);
            assertThat(row.others().leastWeight(whole.highest(), temperature))
                    .as(what)
                    .isLessThanOrEqualTo(sum);
            assertThat(row.others().heaviest(whole.highest(), temperature))
                    .as(what)
                    .isGreaterThanOrEqualTo(Arrays.stream(others).max().orElseThrow());
        }
    }
}
