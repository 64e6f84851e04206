package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.engine.TopLogits;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.LogitBias;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.TokenScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Answers of an engine that tells rows' largest logits are those of the same engine that tells whole rows. */
class ToldRowsTest {

    private static final int SLOTS = 6;
    private static final int TOLD = 16;
    private static final int CHOICES = 2;
    private static final int TOKENS = 40;
    /** Logits reach from 0 to 4: as steep as this they are as a language model's at a temperature of one. */
    private static final double STEEP = 0.1;

    private static SamplingParameters sampling(double temperature, double topP) {
        return new SamplingParameters(temperature, topP, 20260301);
    }

    /** Settings of which no row has to be copied. */
    private static List<SamplingParameters> certain() {
        return List.of(
                sampling(0, 1),
                sampling(1, 1).withTopK(5),
                sampling(1, 0.9).withTopK(TOLD - 1).withMinP(0.01),
                sampling(0, 1).withPenalties(new Penalties(1.1, 0.1, 0.1)));
    }

    /** Settings of which some rows are settled by the largest logits, and others not. */
    private static List<SamplingParameters> mixed() {
        Map<Integer, Double> bias = Map.of(3, -100.0, 20, 0.5, 41, 1.5);
        return List.of(
                sampling(STEEP, 1),
                sampling(STEEP, 0.9),
                sampling(STEEP, 0.95).withMinP(0.002),
                sampling(STEEP, 0.9).withPenalties(new Penalties(1.2, 0.1, 0.3)),
                sampling(STEEP, 0.95).withPenalties(new Penalties(1, -0.1, 0)),
                sampling(STEEP, 0.9).withLogitBias(LogitBias.of(bias)),
                sampling(STEEP, 1)
                        .withLogitBias(LogitBias.of(bias))
                        .withPenalties(new Penalties(1.1, 0.2, 0))
                        .withTopK(8));
    }

    private static List<GenerateCommand> commands(List<SamplingParameters> settings, OutputOptions output) {
        List<GenerateCommand> commands = new ArrayList<>();
        for (int i = 0; i < settings.size(); i++) {
            commands.add(Commands.command(i, "prompt " + "p".repeat(3 * i), TOKENS)
                    .but()
                    .sampling(settings.get(i))
                    .output(output)
                    .build());
        }
        return commands;
    }

    /** All at once, so that rows change places and choices wait. */
    private static SchedulerHouse run(List<GenerateCommand> commands, HashingEngine engine) {
        SchedulerHouse house = new SchedulerHouse(
                SLOTS, SchedulerHouse.config(8, 32, 10_000).withMemory(10_000, 10_000), () -> engine);
        commands.forEach(house::offer);
        house.runUntilIdle();
        return house;
    }

    private static HashingEngine engine() {
        return new HashingEngine(LetterTokenizer.VOCABULARY, SLOTS, SchedulerHouse.CONTEXT);
    }

    /** Compares every choice's tokens, texts, ends and scores; the number of rows of which all was asked for. */
    private static int compare(List<SamplingParameters> settings, OutputOptions output) {
        List<GenerateCommand> commands = commands(settings, output);
        HashingEngine telling = engine().telling(TOLD);
        SchedulerHouse told = run(commands, telling);
        SchedulerHouse whole = run(commands, engine());
        int tokens = 0;
        for (GenerateCommand command : commands) {
            List<ChoiceRun> expected = ChoiceRun.of(whole.frames, command);
            List<ChoiceRun> actual = ChoiceRun.of(told.frames, command);
            for (int choice = 0; choice < CHOICES; choice++) {
                String what = command.sampling() + ", choice " + choice;
                assertThat(actual.get(choice).tokens())
                        .as(what)
                        .isEqualTo(expected.get(choice).tokens());
                assertThat(actual.get(choice).texts())
                        .as(what)
                        .isEqualTo(expected.get(choice).texts());
                assertThat(actual.get(choice).finish())
                        .as(what)
                        .isEqualTo(expected.get(choice).finish());
                compareScores(
                        what, expected.get(choice).scores(), actual.get(choice).scores());
                tokens += expected.get(choice).tokens().size();
            }
            compareScores(command.sampling() + ", prompt", promptScores(whole, command), promptScores(told, command));
        }
        assertThat(tokens).as("tokens that were compared").isGreaterThan(settings.size() * CHOICES * 10);
        return telling.copiedRows();
    }

    private static List<TokenScores> promptScores(SchedulerHouse house, GenerateCommand command) {
        return house.frames.prompts(command.request(), 0).stream()
                .map(StreamPrompt::scores)
                .flatMap(List::stream)
                .toList();
    }

    /** Tokens and ranks are the same; probabilities as near as the sum that is told. */
    private static void compareScores(String what, List<TokenScores> expected, List<TokenScores> actual) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            compareScore(what, expected.get(i).chosen(), actual.get(i).chosen());
            assertThat(actual.get(i).top()).hasSameSizeAs(expected.get(i).top());
            for (int rank = 0; rank < expected.get(i).top().size(); rank++) {
                compareScore(
                        what,
                        expected.get(i).top().get(rank),
                        actual.get(i).top().get(rank));
            }
        }
    }

    private static void compareScore(String what, ScoredToken expected, ScoredToken actual) {
        assertThat(actual.token()).as(what).isEqualTo(expected.token());
        assertThat(actual.rank()).as(what).isEqualTo(expected.rank());
        assertThat(actual.bytes()).as(what).isEqualTo(expected.bytes());
        assertThat(actual.logProbability())
                .as(what)
                .isCloseTo(expected.logProbability(), within(TopLogits.LOG_SUM_ERROR));
    }

    private static OutputOptions output(int logProbabilities, int promptLogProbabilities) {
        return new OutputOptions(CHOICES, logProbabilities, promptLogProbabilities);
    }

    @Test
    void whatTheLargestLogitsSettleNeedsNoWholeRow() {
        assertThat(compare(certain(), output(OutputOptions.UNSCORED, OutputOptions.UNSCORED)))
                .as("rows that were copied")
                .isZero();
    }

    @Test
    void whatTheyDoNotSettleComesFromTheWholeRow() {
        int copied = compare(mixed(), output(OutputOptions.UNSCORED, OutputOptions.UNSCORED));
        assertThat(copied).as("rows that were copied").isBetween(mixed().size(), mixed().size() * CHOICES * TOKENS / 2);
    }

    @Test
    void logProbabilitiesAreTheSame() {
        assertThat(compare(certain(), output(4, OutputOptions.UNSCORED)))
                .as("rows that were copied")
                .isZero();
        assertThat(compare(mixed(), output(0, 3)))
                .as("ranks beyond those that are told")
                .isPositive();
    }
}
