package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.engine.TopLogits;
import io.insula.inference.engine.WholeLogits;
import io.insula.inference.schedule.LetterTokenizer;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.TokenScores;
import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogProbabilitiesTest {

    private static final int VOCABULARY = LetterTokenizer.VOCABULARY;
    private static final long SEED = 20260102;
    /** Weights are floats, of a relative 1e-7 each. */
    private static final double TOLERANCE = 1e-6;

    private final LetterTokenizer tokenizer = new LetterTokenizer();

    @Test
    void isTheLogarithmOfTheSoftmax() {
        for (double deviation : new double[] {0.1, 2, 20}) {
            float[] logits = logits(deviation);
            double total = IntStream.range(0, VOCABULARY)
                    .mapToDouble(i -> Math.exp(logits[i]))
                    .sum();
            double probability = 0;
            for (int token = 0; token < VOCABULARY; token++) {
                ScoredToken scored = of(logits, token, 0).chosen();
                assertThat(scored.logProbability())
                        .as("token %d, deviation %f, seed %d", token, deviation, SEED)
                        .isCloseTo(logits[token] - Math.log(total), within(TOLERANCE));
                probability += Math.exp(scored.logProbability());
            }
            assertThat(probability).isCloseTo(1, within(TOLERANCE));
        }
    }

    @Test
    void theAlternativesAreTheMostProbableTokensByRankAndEqualOnesById() {
        float[] logits = logits(1);
        logits[50] = logits[7];
        List<Integer> sorted = IntStream.range(0, VOCABULARY)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -logits[token])
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        for (int alternatives : new int[] {0, 1, 5, 20}) {
            TokenScores scores = of(logits, sorted.get(9), alternatives);
            assertThat(scores.chosen().rank()).isEqualTo(10);
            assertThat(scores.top()).extracting(ScoredToken::token).isEqualTo(sorted.subList(0, alternatives));
            assertThat(scores.top())
                    .extracting(ScoredToken::rank)
                    .isEqualTo(IntStream.rangeClosed(1, alternatives).boxed().toList());
        }
        assertThat(of(logits, 50, 0).chosen().rank())
                .isEqualTo(of(logits, 7, 0).chosen().rank() + 1);
        assertThat(of(logits, 50, 0).chosen().bytes().toText()).isEqualTo(Character.toString('A' + 50));
    }

    @Test
    void theChosenTokenHasTheSameScoreAmongTheAlternatives() {
        float[] logits = logits(3);
        int best = of(logits, 0, 1).top().getFirst().token();
        TokenScores scores = of(logits, best, 20);
        assertThat(scores.top().getFirst()).isEqualTo(scores.chosen());
    }

    @Test
    void aRowIsTheSameAmongOthersAndAfterThem() {
        FloatBuffer three = FloatBuffer.allocate(3 * VOCABULARY)
                .put(logits(5))
                .put(logits(1))
                .put(logits(9));
        WholeLogits rows = new WholeLogits(three, VOCABULARY);
        LogProbabilities used = new LogProbabilities(VOCABULARY);
        used.of(rows, 2, 1, 3, tokenizer);
        assertThat(used.of(rows, 1, 9, 3, tokenizer)).isEqualTo(of(logits(1), 9, 3));
    }

    @Test
    void refusesLogitsThatAreNotFinite() {
        float[] logits = logits(1);
        logits[3] = Float.NaN;
        assertThatThrownBy(() -> of(logits, 1, 1)).isInstanceOf(SamplingException.class);
    }

    /** A token of each rank, and alternatives up to the ranks that can be told. */
    @Test
    void aRowsLargestLogitsGiveTheSameScoresAsAllOfIt() {
        Random random = new Random(SEED);
        LogProbabilities told = new LogProbabilities(VOCABULARY);
        int spared = 0;
        for (int round = 0; round < 2_000; round++) {
            float[] logits = new float[VOCABULARY];
            for (int i = 0; i < VOCABULARY; i++) {
                float logit = (float) (4 * random.nextGaussian());
                logits[i] = round % 3 == 0 ? Math.round(logit) : logit;
            }
            int token = random.nextInt(VOCABULARY);
            int alternatives = random.nextInt(22);
            double error = random.nextInt(3) - 1;
            ToldLogits row = new ToldLogits(logits, 20, error, random);
            TokenScores scores = told.of(row, 0, token, alternatives, tokenizer);
            TokenScores whole = of(logits, token, alternatives);
            assertScores(scores.chosen(), whole.chosen());
            assertThat(scores.top()).hasSameSizeAs(whole.top());
            for (int i = 0; i < alternatives; i++) {
                assertScores(scores.top().get(i), whole.top().get(i));
            }
            // The whole row changes no bit of it.
            ToldLogits all = new ToldLogits(logits, VOCABULARY, error, random);
            assertThat(new LogProbabilities(VOCABULARY).of(all, 0, token, alternatives, tokenizer))
                    .isEqualTo(scores);
            spared += 1 - row.copies();
        }
        assertThat(spared).isBetween(400, 1_600);
    }

    /** Its logit is the sum's logarithm but for what the sum may be off. */
    @Test
    void aTokenThatIsCertainIsNotMoreThanCertain() {
        float[] logits = new float[VOCABULARY];
        logits[5] = 40;
        for (double error : new double[] {-1, 0, 1}) {
            ToldLogits row = new ToldLogits(logits, 20, error, new Random(SEED));
            TokenScores scores = new LogProbabilities(VOCABULARY).of(row, 0, 5, 1, tokenizer);
            assertScores(scores.chosen(), of(logits, 5, 1).chosen());
        }
    }

    private static void assertScores(ScoredToken actual, ScoredToken expected) {
        assertThat(actual.token()).isEqualTo(expected.token());
        assertThat(actual.rank()).isEqualTo(expected.rank());
        assertThat(actual.logProbability()).isCloseTo(expected.logProbability(), within(TopLogits.LOG_SUM_ERROR));
    }

    private TokenScores of(float[] logits, int token, int alternatives) {
        return new LogProbabilities(VOCABULARY).of(WholeLogits.of(logits), 0, token, alternatives, tokenizer);
    }

    private static float[] logits(double deviation) {
        Random random = new Random(SEED);
        float[] logits = new float[VOCABULARY];
        for (int i = 0; i < VOCABULARY; i++) {
            logits[i] = (float) (deviation * random.nextGaussian());
        }
        return logits;
    }
}
