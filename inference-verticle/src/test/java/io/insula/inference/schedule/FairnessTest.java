package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.weights.TensorType;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.TokenIds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tenants beside each other: who waits for whom, and that nobody's answer changes by it. */
class FairnessTest {

    private static final int HOG = 1;
    private static final int GUEST = 2;
    private static final int QUEUED = 50;
    private static final int CHUNK = 8;
    private static final int HOG_TOKENS = 60;
    private static final SchedulerConfig CONFIG =
            SchedulerHouse.config(CHUNK, 200, 1_000_000).withMemory(0, 1_000_000);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aTenantWithFiftyQueuedRequestsDelaysAnothersByOneStepOfEachTenantAndOneSave(int slots) {
        SchedulerHouse house = new SchedulerHouse(slots, CONFIG);
        // None of its answers ends while the guest is there.
        List<GenerateCommand> hog =
                hog(house, new StopConditions(HOG_TOKENS, HOG_TOKENS, List.of(), TokenIds.EMPTY, true));
        for (int i = 0; i < 30; i++) {
            house.scheduler.step();
        }
        GenerateCommand guest = Commands.ofTenant(Commands.command(900, "g".repeat(3 * CHUNK), 6), GUEST);
        int alone = stepsAlone(guest);
        int saves = house.engine().saves();
        int calls = house.engine().calls();
        house.offer(guest);
        int steps = 0;
        while (!house.frames.ended(guest.request(), 0)) {
            house.scheduler.step();
            steps++;
        }
        assertThat(house.engine().calls() - calls)
                .as("steps beside the hog, of %s alone", alone)
                .isLessThanOrEqualTo(alone + 2 * 3)
                .isEqualTo(steps);
        assertThat(house.engine().saves() - saves).isEqualTo(1);
        house.runUntilIdle();
        hog.forEach(command -> expectWholeRun(house, command));
        expectWholeRun(house, guest);
        assertThat(house.engine().openBlocks()).isZero();
    }

    @Test
    void anInterruptedAnswerGoesOnBeforeItsTenantsAnswersThatDidNotBegin() {
        SchedulerHouse house = new SchedulerHouse(1, CONFIG);
        GenerateCommand running = Commands.command(1, "r".repeat(CHUNK), 6);
        GenerateCommand waiting = Commands.command(2, "w".repeat(CHUNK), 6);
        GenerateCommand begun = Commands.command(3, "b".repeat(CHUNK), 12);
        GenerateCommand interrupted = Commands.resumed(begun, house.solo(begun).firstTokens(4));
        house.offer(running);
        house.scheduler.step();
        house.offer(waiting);
        house.offer(interrupted);
        house.runUntilIdle();

        List<RequestId> order = house.frames.batches().stream()
                .flatMap(batch -> batch.frames().stream())
                .filter(StreamEnd.class::isInstance)
                .map(StreamFrame::request)
                .toList();
        assertThat(order).containsExactly(running.request(), begun.request(), waiting.request());
    }

    @Test
    void aGuestsFirstChunkIsComputedAfterAtMostOneOtherStep() {
        SchedulerHouse house = new SchedulerHouse(3, CONFIG);
        hog(house);
        for (int i = 0; i < 61; i++) {
            house.scheduler.step();
            GenerateCommand guest = Commands.ofTenant(Commands.command(900 + i, "g", 1), GUEST + i);
            house.offer(guest);
            // At most a decode step of the rows, then its own.
            house.scheduler.step();
            house.scheduler.step();
            assertThat(house.frames.ended(guest.request(), 0)).as("guest %d", i).isTrue();
        }
    }

    @Test
    void withoutPreemptionTheGuestWaitsForTheNextReleaseOfASlotAndNoLonger() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG.withMemory(0, 0));
        List<GenerateCommand> hog = hog(house);
        for (int i = 0; i < 40; i++) {
            house.scheduler.step();
        }
        GenerateCommand guest = Commands.ofTenant(Commands.command(900, "g".repeat(CHUNK), 2), GUEST);
        house.offer(guest);
        long before = ended(house, hog);
        while (house.frames.deltas(guest.request(), 0).isEmpty()) {
            house.scheduler.step();
            assertThat(ended(house, hog) - before)
                    .as("streams that ended first")
                    .isLessThanOrEqualTo(2);
        }
        assertThat(ended(house, hog)).isGreaterThan(before);
        assertThat(house.engine().saves()).isZero();
        house.runUntilIdle();
        hog.forEach(command -> expectWholeRun(house, command));
    }

    @Test
    void tenantsThatAlwaysWaitGetEqualServiceWhateverTheyAskFor() {
        SchedulerHouse house = new SchedulerHouse(4, CONFIG);
        for (int i = 0; i < 60; i++) {
            house.offer(Commands.ofTenant(Commands.command(i, "h".repeat(1 + i % 9), 20 + i % 40), HOG));
            house.offer(Commands.ofTenant(Commands.command(100 + i, "g".repeat(60 + i), 5), GUEST));
            house.offer(Commands.ofTenant(Commands.command(200 + i, "i".repeat(20), 150), 3));
        }
        double[] service = new double[3];
        for (int i = 0; i < 1_500; i++) {
            house.scheduler.step();
        }
        for (int tenant = 0; tenant < 3; tenant++) {
            for (int i = 0; i < 60; i++) {
                int number = tenant * 100 + i;
                var tokens = house.frames.tokens(Commands.id(number), 0).size();
                int prompt = tenant == 0 ? 1 + i % 9 : tenant == 1 ? 60 + i : 20;
                service[tenant] +=
                        VirtualCounters.OUTPUT_COST * tokens + (tokens > 0 ? VirtualCounters.INPUT_COST * prompt : 0);
            }
        }
        double bound = 2 * VirtualCounters.OUTPUT_COST * 4 * SchedulerHouse.CONTEXT + Preemption.MARGIN;
        assertThat(Math.abs(service[0] - service[1])).isLessThan(bound);
        assertThat(Math.abs(service[0] - service[2])).isLessThan(bound);
        assertThat(service[1]).isGreaterThan(bound);
    }

    @Test
    void preemptedStreamsAreBitwiseTheUndisturbedOnesOnTheEngineOfProduction() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG.withMemory(0, 64L << 20), () -> engine(2));
        List<GenerateCommand> commands = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            commands.add(Commands.ofTenant(Commands.command(i, "hog " + "h".repeat(9 * i), 40), HOG));
        }
        commands.forEach(house::offer);
        for (int guest = 0; guest < 3; guest++) {
            for (int i = 0; i < 9; i++) {
                house.scheduler.step();
            }
            commands.add(Commands.ofTenant(Commands.command(50 + guest, "guest " + guest, 12), GUEST + guest));
            house.offer(commands.getLast());
        }
        house.runUntilIdle();
        // How many depends on when the random model's streams end, which another processor's rounding may change.
        assertThat(house.count("insula.inference.preemptions")).isPositive();
        try (DecoderEngine alone = engine(1)) {
            for (GenerateCommand command : commands) {
                SoloRun solo = SoloRun.of(
                        alone,
                        house.tokenizer,
                        command,
                        house.prompt(command),
                        command.stop().maxTokens());
                assertThat(house.frames.tokens(command.request(), 0))
                        .as("stream %s", command.request())
                        .isEqualTo(solo.tokens());
            }
        }
        assertThat(house.parkedBytes()).isZero();
    }

    private static List<GenerateCommand> hog(SchedulerHouse house) {
        return hog(house, StopConditions.of(HOG_TOKENS, List.of()));
    }

    private static List<GenerateCommand> hog(SchedulerHouse house, StopConditions stop) {
        List<GenerateCommand> commands = new ArrayList<>();
        for (int i = 0; i < QUEUED; i++) {
            GenerateCommand command = Commands.command(i, "hog " + "h".repeat(i), HOG_TOKENS)
                    .but()
                    .stop(stop)
                    .build();
            commands.add(Commands.ofTenant(command, HOG));
            house.offer(commands.getLast());
        }
        return commands;
    }

    private static int stepsAlone(GenerateCommand command) {
        SchedulerHouse house = new SchedulerHouse(1, CONFIG);
        house.offer(command);
        int steps = 0;
        while (!house.frames.ended(command.request(), 0)) {
            house.scheduler.step();
            steps++;
        }
        return steps;
    }

    private static long ended(SchedulerHouse house, List<GenerateCommand> commands) {
        return commands.stream()
                .filter(command -> house.frames.ended(command.request(), 0))
                .count();
    }

    private static void expectWholeRun(SchedulerHouse house, GenerateCommand command) {
        SoloRun solo = house.solo(command);
        assertThat(house.frames.end(command.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(house.frames.tokens(command.request(), 0)).isEqualTo(solo.tokens());
        assertThat(house.frames.texts(command.request(), 0)).isEqualTo(solo.texts());
    }

    private static DecoderEngine engine(int slots) {
        return OnnxDecoderEngine.load(
                TinyModels.of(TensorType.Q4_1), new EngineConfig(1, false, 64L << 20, 160, slots));
    }
}
