package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.weights.TensorType;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scheduler on the engine that runs in production, with a small quantised model of random weights. */
class SchedulerOnnxEngineTest {

    private static final int MAX_TOKENS = 30;

    @Test
    void streamsThatShareTheEngineAndResumedOnesEqualTheirSoloRunsBitForBit() {
        SchedulerHouse house = new SchedulerHouse(3, SchedulerHouse.config(8, 32, 10_000), () -> engine(3));
        List<GenerateCommand> whole = new ArrayList<>();
        List<SoloRun> solos = new ArrayList<>();
        try (DecoderEngine alone = engine(1)) {
            for (int i = 0; i < 6; i++) {
                GenerateCommand command = Commands.command(i, "prompt " + "p".repeat(i * 13), MAX_TOKENS);
                whole.add(command);
                solos.add(SoloRun.of(alone, house.tokenizer, command, house.prompt(command), MAX_TOKENS));
                house.offer(command);
            }
        }
        house.runUntilIdle();
        for (int i = 0; i < whole.size(); i++) {
            GenerateCommand command = whole.get(i);
            SoloRun solo = solos.get(i);
            assertThat(house.frames.end(command.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(house.frames.tokens(command.request(), 0)).isEqualTo(solo.tokens());
            house.offer(Commands.resumed(command, solo.firstTokens(solo.tokens().size() / 2)));
        }
        house.runUntilIdle();
        for (int i = 0; i < whole.size(); i++) {
            List<Integer> tokens = solos.get(i).tokens();
            assertThat(house.frames.tokens(whole.get(i).request(), 1))
                    .as("resumed stream %d", i)
                    .isEqualTo(tokens.subList(tokens.size() / 2, tokens.size()));
        }
    }

    private static DecoderEngine engine(int slots) {
        return OnnxDecoderEngine.load(
                TinyModels.of(TensorType.Q4_1), new EngineConfig(1, false, 64L << 20, 160, slots));
    }
}
