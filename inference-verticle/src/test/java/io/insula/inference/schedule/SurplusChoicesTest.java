package io.insula.inference.schedule;

import static io.insula.inference.schedule.Commands.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests for more answers than an engine has slots. */
class SurplusChoicesTest {

    private static final int PARKED = 10_000;
    private static final SchedulerConfig CONFIG =
            SchedulerHouse.config(8, 50, 1_000_000).withMemory(0, PARKED);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyChoiceIsWhatItIsInAnEngineWithSlotsForAll(int slots) {
        GenerateCommand command = Commands.choices(command(1, "x".repeat(50), 30), 8);
        SchedulerHouse roomy = new SchedulerHouse(8, CONFIG);
        SchedulerHouse house = new SchedulerHouse(slots, CONFIG);
        for (SchedulerHouse each : List.of(roomy, house)) {
            each.offer(command);
            each.runUntilIdle();
        }

        for (int choice = 0; choice < 8; choice++) {
            assertThat(house.frames.tokens(command.request(), 0, choice))
                    .as("choice %d", choice)
                    .isEqualTo(roomy.frames.tokens(command.request(), 0, choice))
                    .isNotEmpty();
        }
        assertThat(house.frames.end(command.request(), 0).usage())
                .isEqualTo(roomy.frames.end(command.request(), 0).usage());
        assertThat(house.count("insula.inference.prefill.tokens"))
                .as("one prefill")
                .isEqualTo(50);
        assertLeftNothing(house);
    }

    @Test
    void aResumedRequestGoesOnWithEachOfThem() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand command = Commands.choices(command(1, "resume me", 25), 5);
        house.offer(command);
        house.runUntilIdle();
        List<List<Integer>> all = IntStream.range(0, 5)
                .mapToObj(choice -> house.frames.tokens(command.request(), 0, choice))
                .toList();
        int[] delivered = {0, 7, all.get(2).size(), 1, 3};
        house.offer(command.but()
                .attempt(
                        1,
                        IntStream.range(0, 5)
                                .mapToObj(choice ->
                                        Commands.tokens(all.get(choice).subList(0, delivered[choice])))
                                .toList())
                .build());
        house.runUntilIdle();

        for (int choice = 0; choice < 5; choice++) {
            assertThat(house.frames.tokens(command.request(), 1, choice))
                    .as("choice %d", choice)
                    .isEqualTo(all.get(choice)
                            .subList(delivered[choice], all.get(choice).size()));
        }
        assertLeftNothing(house);
    }

    /** Room for two prompts and little more, so that requests wait for memory and preemption fails for want of it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void tenantsTakeSlotsFromEachOtherWithinTheMemoryAndNobodysAnswerChanges(long seed) {
        int memory = 150;
        SchedulerHouse house =
                new SchedulerHouse(3, SchedulerHouse.config(8, 50, 1_000_000).withMemory(0, memory));
        Random random = new Random(seed);
        List<GenerateCommand> commands = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            GenerateCommand command = command(i, "x".repeat(1 + random.nextInt(70)), 1 + random.nextInt(90));
            commands.add(Commands.ofTenant(Commands.choices(command, 1 + random.nextInt(9)), i % 4));
        }
        for (GenerateCommand command : commands) {
            house.offer(command);
            for (int step = 0; step < 5; step++) {
                house.scheduler.step();
                assertThat(house.parkedBytes()).isBetween(0.0, (double) memory);
            }
        }
        int steps = 0;
        while (!house.scheduler.whenIdle().isDone()) {
            house.scheduler.step();
            assertThat(house.parkedBytes()).as("seed %d", seed).isBetween(0.0, (double) memory);
            assertThat(++steps).as("steps, seed %d", seed).isLessThan(100_000);
        }

        for (GenerateCommand command : commands) {
            assertThat(house.frames.end(command.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
            for (int choice = 0; choice < command.output().choices(); choice++) {
                assertThat(house.frames.tokens(command.request(), 0, choice))
                        .as("%s, choice %d, seed %d", command.request(), choice, seed)
                        .isEqualTo(solo(house, command, choice).tokens());
            }
        }
        assertLeftNothing(house);
    }

    /** The choices of one request count as their tenant's: what they wait for is not another tenant's wait. */
    @Test
    void anotherTenantsRequestDoesNotWaitForAllOfThem() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand many = Commands.ofTenant(Commands.choices(command(1, "many", 100), 40), 1);
        GenerateCommand one = Commands.ofTenant(command(2, "one", 20), 2);
        house.offer(many);
        for (int step = 0; step < 10; step++) {
            house.scheduler.step();
        }
        house.offer(one);
        int steps = 0;
        while (!house.frames.ended(one.request(), 0)) {
            house.scheduler.step();
            steps++;
        }

        assertThat(steps)
                .as("its prefill, its decode steps, and a prompt's chunk")
                .isLessThanOrEqualTo(25);
        assertThat(house.frames.ended(many.request(), 0)).isFalse();
        house.runUntilIdle();
        assertLeftNothing(house);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 9, 20, 60})
    void aCancelledRequestLeavesNothing(int steps) {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand running = command(1, "running", 15);
        GenerateCommand many = Commands.choices(command(2, "x".repeat(30), 50), 6);
        house.offer(running);
        house.offer(many);
        for (int step = 0; step < steps; step++) {
            house.scheduler.step();
        }
        house.scheduler.cancel(many.request(), 0);
        house.runUntilIdle();

        assertThat(house.frames.end(many.request(), 0).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(house.frames.end(running.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
        assertLeftNothing(house);
    }

    @Test
    void withoutMemoryForTheirPromptTheyEndWithTheNumberOfSlots() {
        SchedulerHouse house =
                new SchedulerHouse(2, SchedulerHouse.config(8, 50, 1_000_000).withMemory(0, 10));
        GenerateCommand longer = Commands.choices(command(1, "x".repeat(11), 5), 3);
        GenerateCommand fitting = Commands.choices(command(2, "x".repeat(10), 5), 3);
        house.offer(longer);
        house.offer(fitting);
        house.runUntilIdle();

        assertThat(house.frames.end(longer.request(), 0).error()).isEqualTo("choices: 3 (expected: <= 2)");
        assertThat(house.frames.end(fitting.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(house.scheduler.mostChoices(10)).isEqualTo(Integer.MAX_VALUE);
        assertThat(house.scheduler.mostChoices(11)).isEqualTo(2);
        assertLeftNothing(house);
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

    private static void assertLeftNothing(SchedulerHouse house) {
        assertThat(house.parkedBytes()).isZero();
        assertThat(house.engine().openBlocks()).isZero();
        assertThat(house.engine().allEmpty()).isTrue();
    }
}
