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
import io.insula.protocol.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every sampling control at once on the engine that runs in production: the same bits in a crowd and after a move. */
class SampledChoicesTest {

    private static final int REQUESTS = 5;
    private static final int CHOICES = 3;
    private static final long SEED = 20260103;

    @Test
    void everyControlGivesTheSameBitsInACrowdAndAfterAMove() {
        List<GenerateCommand> commands = IntStream.range(0, REQUESTS)
                .mapToObj(SampledChoicesTest::command)
                .toList();
        List<List<ChoiceRun>> alone = new ArrayList<>();
        SchedulerHouse quiet = house(CHOICES);
        for (GenerateCommand command : commands) {
            quiet.offer(command);
            quiet.runUntilIdle();
            alone.add(ChoiceRun.of(quiet.frames, command));
        }
        assertThat(alone.stream().flatMap(List::stream).map(ChoiceRun::tokens).distinct())
                .as("choices that differ")
                .hasSize(REQUESTS * CHOICES);
        assertThat(alone.stream().flatMap(List::stream).map(ChoiceRun::finish).distinct())
                .as("reasons to end")
                .containsExactlyInAnyOrder(FinishReason.STOP, FinishReason.LENGTH);

        SchedulerHouse crowd = house(CHOICES + 2);
        for (GenerateCommand command : commands) {
            crowd.offer(command);
            crowd.scheduler.step();
        }
        crowd.runUntilIdle();
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(ChoiceRun.of(crowd.frames, commands.get(i)))
                    .as("request %d in a crowd", i)
                    .isEqualTo(alone.get(i));
        }
        moveEach(crowd, commands, alone);
    }

    private static void moveEach(SchedulerHouse crowd, List<GenerateCommand> commands, List<List<ChoiceRun>> alone) {
        Random random = new Random(SEED);
        List<int[]> cuts = new ArrayList<>();
        List<GenerateCommand> moved = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            List<ChoiceRun> choices = alone.get(i);
            int[] cut = choices.stream()
                    .mapToInt(choice -> random.nextInt(choice.tokens().size() + 1))
                    .toArray();
            List<TokenIds> delivered = IntStream.range(0, CHOICES)
                    .mapToObj(choice -> choices.get(choice).firstTokens(cut[choice]))
                    .toList();
            cuts.add(cut);
            moved.add(commands.get(i).but().attempt(1, delivered).build());
            crowd.offer(moved.getLast());
        }
        crowd.runUntilIdle();
        for (int i = 0; i < REQUESTS; i++) {
            List<ChoiceRun> went = ChoiceRun.of(crowd.frames, moved.get(i));
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

    private static SchedulerHouse house(int slots) {
        return new SchedulerHouse(slots, SchedulerHouse.config(8, 32, 10_000), () -> engine(slots));
    }

    private static DecoderEngine engine(int slots) {
        return OnnxDecoderEngine.load(
                TinyModels.of(TensorType.Q4_1), new EngineConfig(1, false, 64L << 20, 160, slots));
    }
}
