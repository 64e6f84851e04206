package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.weights.TensorType;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.LogitBias;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every sampling control at once on the engine that runs in production: the same bits in a crowd and after a move. */
class SampledChoicesTest {

    private static final int REQUESTS = 5;
    private static final int CHOICES = 3;
    private static final long SEED = 20260103;

    /**
     * What one choice gave.
     *
     * @param texts by token
     * @param scores by token
     */
    private record Given(
            List<Integer> tokens,
            List<String> texts,
            List<TokenScores> scores,
            @Nullable FinishReason finish) {

        Given from(int token) {
            int size = tokens.size();
            return new Given(
                    tokens.subList(token, size), texts.subList(token, size), scores.subList(token, size), finish);
        }
    }

    @Test
    void everyControlGivesTheSameBitsInACrowdAndAfterAMove() {
        List<GenerateCommand> commands = IntStream.range(0, REQUESTS)
                .mapToObj(SampledChoicesTest::command)
                .toList();
        List<List<Given>> alone = new ArrayList<>();
        SchedulerHouse quiet = house(CHOICES);
        for (GenerateCommand command : commands) {
            quiet.offer(command);
            quiet.runUntilIdle();
            alone.add(given(quiet, command));
        }
        assertThat(alone.stream().flatMap(List::stream).map(Given::tokens).distinct())
                .as("choices that differ")
                .hasSize(REQUESTS * CHOICES);
        assertThat(alone.stream().flatMap(List::stream).map(Given::finish).distinct())
                .as("reasons to end")
                .containsExactlyInAnyOrder(FinishReason.STOP, FinishReason.LENGTH);

        SchedulerHouse crowd = house(CHOICES + 2);
        for (GenerateCommand command : commands) {
            crowd.offer(command);
            crowd.scheduler.step();
        }
        crowd.runUntilIdle();
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(given(crowd, commands.get(i)))
                    .as("request %d in a crowd", i)
                    .isEqualTo(alone.get(i));
        }
        moveEach(crowd, commands, alone);
    }

    private static void moveEach(SchedulerHouse crowd, List<GenerateCommand> commands, List<List<Given>> alone) {
        Random random = new Random(SEED);
        List<int[]> cuts = new ArrayList<>();
        List<GenerateCommand> moved = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            List<Given> choices = alone.get(i);
            int[] cut = choices.stream()
                    .mapToInt(choice -> random.nextInt(choice.tokens().size() + 1))
                    .toArray();
            List<TokenIds> delivered = IntStream.range(0, CHOICES)
                    .mapToObj(choice -> TokenIds.of(choices.get(choice).tokens().stream()
                            .limit(cut[choice])
                            .mapToInt(Integer::intValue)
                            .toArray()))
                    .toList();
            cuts.add(cut);
            moved.add(commands.get(i).but().attempt(1, delivered).build());
            crowd.offer(moved.getLast());
        }
        crowd.runUntilIdle();
        for (int i = 0; i < REQUESTS; i++) {
            List<Given> went = given(crowd, moved.get(i));
            for (int choice = 0; choice < CHOICES; choice++) {
                assertThat(went.get(choice))
                        .as("request %d, choice %d, cuts %s, seed %d", i, choice, Arrays.toString(cuts.get(i)), SEED)
                        .isEqualTo(alone.get(i).get(choice).from(cuts.get(i)[choice]));
            }
        }
    }

    private static GenerateCommand command(int number) {
        SamplingParameters sampling = new SamplingParameters(
                LogitBias.of(Map.of(0, -2.0, 9, -100.0, 20, 2.0)),
                new Penalties(1.2, 0.3, number % 2 == 0 ? 0.2 : -0.4),
                1.3,
                number == 3 ? 0 : 40,
                0.98,
                0.97,
                0.01,
                number);
        return Commands.command(number, "prompt " + "p".repeat(number * 9), 24)
                .but()
                .sampling(sampling)
                .stop(new StopConditions(24, 3, List.of("Z", "UV"), TokenIds.of(30), number == 4))
                .output(new OutputOptions(CHOICES, number, OutputOptions.UNSCORED))
                .build();
    }

    private static List<Given> given(SchedulerHouse house, GenerateCommand command) {
        assertThat(house.frames.end(command.request(), command.attempt()).outcome())
                .isEqualTo(Outcome.COMPLETED);
        List<Given> choices = new ArrayList<>();
        for (int choice = 0; choice < CHOICES; choice++) {
            int index = choice;
            List<StreamDelta> deltas = house.frames.deltas(command.request(), command.attempt()).stream()
                    .filter(delta -> delta.choice() == index)
                    .toList();
            List<StreamDelta> spoken =
                    deltas.stream().filter(delta -> delta.tokens().size() > 0).toList();
            choices.add(new Given(
                    spoken.stream()
                            .flatMapToInt(delta -> Arrays.stream(delta.tokens().toArray()))
                            .boxed()
                            .toList(),
                    spoken.stream().map(StreamDelta::text).toList(),
                    spoken.stream().flatMap(delta -> delta.scores().stream()).toList(),
                    deltas.getLast().finish()));
        }
        return choices;
    }

    private static SchedulerHouse house(int slots) {
        return new SchedulerHouse(slots, SchedulerHouse.config(8, 32, 10_000), () -> engine(slots));
    }

    private static DecoderEngine engine(int slots) {
        return OnnxDecoderEngine.load(
                TinyModels.of(TensorType.Q4_1), new EngineConfig(1, false, 64L << 20, 160, slots));
    }
}
