package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.StepEngine;
import io.insula.inference.engine.StepLogits;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.StreamFrame.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scheduler over an engine that makes steps and nothing else: what it cannot do is not asked of it. */
class StepEngineTest {

    private static final int SLOTS = 3;

    /** A {@link HashingEngine} that neither saves keys and values nor scores prompts. */
    private record Plain(HashingEngine engine) implements StepEngine {

        @Override
        public EngineShape shape() {
            return engine.shape();
        }

        @Override
        public String fingerprint() {
            return engine.fingerprint();
        }

        @Override
        public int length(int slot) {
            return engine.length(slot);
        }

        @Override
        public void clear(int slot) {
            engine.clear(slot);
        }

        @Override
        public void move(int source, int target) {
            engine.move(source, target);
        }

        @Override
        public void copy(int source, int target) {
            engine.copy(source, target);
        }

        @Override
        public void prefill(int slot, int[] tokens, int from, int count) {
            engine.prefill(slot, tokens, from, count);
        }

        @Override
        public StepLogits prefillLogits() {
            return engine.prefillLogits();
        }

        @Override
        public StepLogits decode(int rows, int[] tokens) {
            return engine.decode(rows, tokens);
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    private final HashingEngine engine = new HashingEngine(LetterTokenizer.VOCABULARY, SLOTS, SchedulerHouse.CONTEXT);

    @Test
    void tenantsThatCrowdItsSlotsGetTheirSoloRunsWhateverMemoryTheSettingsGive() {
        SchedulerHouse house = new SchedulerHouse(
                SLOTS, SchedulerHouse.config(4, 64, 100_000).withMemory(1_000_000, 1_000_000), () -> new Plain(engine));
        List<GenerateCommand> commands = new ArrayList<>();
        // On another engine the short prompt would change places with the long one, all slots being full.
        for (int length : new int[] {90, 4, 40}) {
            commands.add(command(commands.size(), length, 1));
        }
        commands.forEach(house::offer);
        for (int i = 0; i < 24; i++) {
            house.scheduler.step();
            commands.add(command(commands.size(), 2 + i * 37 % 90, 1 + i % 2));
            house.offer(commands.getLast());
        }
        house.runUntilIdle();
        for (GenerateCommand command : commands) {
            assertThat(house.frames.end(command.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
            for (int choice = 0; choice < command.output().choices(); choice++) {
                assertThat(house.frames.tokens(command.request(), 0, choice))
                        .as("stream %s, choice %d", command.request(), choice)
                        .isEqualTo(solo(house, command, choice).tokens());
            }
        }
        assertThat(engine.saves()).isZero();
        assertThat(engine.allEmpty()).isTrue();
    }

    @Test
    void aPromptThatItCannotScoreEndsAloneAndSaysWhy() {
        SchedulerHouse house =
                new SchedulerHouse(SLOTS, SchedulerHouse.config(4, 64, 100_000), () -> new Plain(engine));
        GenerateCommand neighbour = Commands.command(1, "neighbour", 20);
        GenerateCommand scored = Commands.command(2, "to be scored", 20)
                .but()
                .output(new OutputOptions(1, OutputOptions.UNSCORED, 2))
                .build();
        house.offer(neighbour);
        house.offer(scored);
        house.runUntilIdle();
        assertThat(house.frames.end(scored.request(), 0).outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(house.frames.end(scored.request(), 0).error())
                .isEqualTo("prompt log-probabilities: this engine tells none");
        assertThat(house.frames.tokens(neighbour.request(), 0))
                .isEqualTo(house.solo(neighbour).tokens());
        assertThat(engine.closed()).isFalse();
    }

    @Test
    void moreChoicesThanItsSlotsAreTooManyWhateverMemoryTheSettingsGive() {
        SchedulerHouse house = new SchedulerHouse(
                SLOTS, SchedulerHouse.config(4, 64, 100_000).withMemory(1_000_000, 1_000_000), () -> new Plain(engine));
        assertThat(house.scheduler.mostChoices(1)).isEqualTo(SLOTS);
        GenerateCommand most = command(1, 10, SLOTS);
        GenerateCommand tooMany = command(2, 10, SLOTS + 1);
        house.offer(tooMany);
        house.offer(most);
        house.runUntilIdle();
        assertThat(house.frames.end(tooMany.request(), 0).outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(house.frames.end(tooMany.request(), 0).error()).isEqualTo("choices: 4 (expected: <= 3)");
        assertThat(house.frames.end(most.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(engine.saves()).isZero();
        assertThat(engine.allEmpty()).isTrue();
    }

    private static GenerateCommand command(int number, int promptTokens, int choices) {
        GenerateCommand command = Commands.command(number, "p".repeat(promptTokens), 3 + number * 11 % 40);
        return Commands.ofTenant(Commands.choices(command, choices), number % 5);
    }

    private static SoloRun solo(SchedulerHouse house, GenerateCommand command, int choice) {
        return SoloRun.of(
                new HashingEngine(LetterTokenizer.VOCABULARY, 1, SchedulerHouse.CONTEXT),
                house.tokenizer,
                command,
                house.prompt(command),
                house.maxTokens(command),
                choice);
    }
}
