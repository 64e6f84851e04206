package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamEnd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random joins, leaves, cancels, resumes, lost HTTP nodes and engine failures: nothing is lost, doubled or mixed up. */
class SchedulerSimulationTest {

    private static final int SEEDS = 50;
    private static final int EVENTS = 400;
    /** How many prompts begin: longer than a block of the prefix cache. */
    private static final String SYSTEM = "you are the letter that follows; ";

    @Test
    void whateverHappensEveryStreamIsAPrefixOfItsSoloRunAndEndsOnce() {
        int completed = 0;
        int cancelled = 0;
        int failed = 0;
        double preempted = 0;
        double cached = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Simulation simulation = new Simulation(seed);
            simulation.run();
            completed += simulation.count(Outcome.COMPLETED);
            cancelled += simulation.count(Outcome.CANCELLED);
            failed += simulation.count(Outcome.FAILED);
            preempted += simulation.house.count("insula.inference.preemptions");
            cached += simulation.house.count("insula.inference.prefix.hits");
        }
        // The simulation is worth something only while it reaches every ending often.
        assertThat(completed).isGreaterThan(1_000);
        assertThat(cancelled).isGreaterThan(500);
        assertThat(failed).isGreaterThan(50);
        assertThat(preempted).isGreaterThan(100);
        assertThat(cached).isGreaterThan(100);
    }

    private static final class Simulation {

        private record Expected(GenerateCommand command, SoloRun solo, int skipped) {}

        private final long seed;
        private final Random random;
        private final SchedulerHouse house;
        private final Map<RecordedFrames.Attempt, Expected> admitted = new LinkedHashMap<>();
        private int number;

        Simulation(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.house = new SchedulerHouse(
                    1 + random.nextInt(6),
                    SchedulerHouse.config(2 + random.nextInt(20), 1 + random.nextInt(12), 2_000)
                            .withMemory(random.nextInt(3) * 100L, random.nextInt(3) * 300L));
        }

        void run() {
            for (int event = 0; event < EVENTS; event++) {
                switch (random.nextInt(24)) {
                    case 0, 1, 2, 3, 4, 5 -> submit(fresh(), 0);
                    case 6, 7 -> resume();
                    case 8, 9 -> house.scheduler.cancel(anyId(), random.nextInt(2));
                    case 10 -> house.nowNanos += random.nextLong(3_000_000_000L);
                    case 11 -> rareTrouble();
                    default -> house.scheduler.step();
                }
            }
            house.runUntilIdle();
            check();
        }

        int count(Outcome outcome) {
            return (int) admitted.keySet().stream()
                    .filter(key ->
                            house.frames.end(key.request(), key.attempt()).outcome() == outcome)
                    .count();
        }

        private void rareTrouble() {
            switch (random.nextInt(4)) {
                case 0 -> house.scheduler.cancelAllOf(new NodeId("api" + random.nextInt(3)));
                case 1 -> house.engine().failAtCall(house.engine().calls() + 1 + random.nextInt(10));
                default -> house.scheduler.step();
            }
        }

        private void resume() {
            List<Expected> all = new ArrayList<>(admitted.values());
            if (all.isEmpty()) {
                return;
            }
            Expected earlier = all.get(random.nextInt(all.size()));
            int cut = random.nextInt(earlier.solo().tokens().size() + 1);
            submit(Commands.resumed(earlier.command(), earlier.solo().firstTokens(cut)), cut);
        }

        private void submit(GenerateCommand command, int skipped) {
            if (admitted.containsKey(new RecordedFrames.Attempt(command.request(), command.attempt()))) {
                return;
            }
            if (house.offer(command) == Scheduler.Offer.QUEUED) {
                admitted.put(
                        new RecordedFrames.Attempt(command.request(), command.attempt()),
                        new Expected(command, house.solo(command), skipped));
            }
        }

        private GenerateCommand fresh() {
            number++;
            String content = "p" + number + "q".repeat(random.nextInt(random.nextInt(10) == 0 ? 150 : 30));
            SamplingParameters sampling =
                    new SamplingParameters(random.nextInt(3) == 0 ? 0 : 1, random.nextDouble(), random.nextLong());
            List<String> stop = random.nextInt(3) == 0 ? List.of("ab", "DE", "ZZZ") : List.of();
            return Commands.ofTenant(
                    Commands.command(
                            Commands.id(number),
                            0,
                            new NodeId("api" + random.nextInt(3)),
                            random.nextInt(3) == 0 ? SYSTEM + content : content,
                            sampling,
                            random.nextInt(30),
                            stop),
                    1 + random.nextInt(4));
        }

        private RequestId anyId() {
            return Commands.id(number - random.nextInt(12));
        }

        private void check() {
            assertThat(house.frames.endCount()).as("seed %d: ends", seed).isEqualTo(admitted.size());
            admitted.forEach((key, expected) -> {
                List<Integer> rest = expected.solo()
                        .tokens()
                        .subList(expected.skipped(), expected.solo().tokens().size());
                List<Integer> tokens = house.frames.tokens(key.request(), key.attempt());
                StreamEnd end = house.frames.end(key.request(), key.attempt());
                String about = "seed " + seed + ", " + key;
                assertThat(tokens).as(about).isEqualTo(rest.subList(0, tokens.size()));
                List<String> texts = expected.solo().texts();
                assertThat(String.join("", house.frames.texts(key.request(), key.attempt())))
                        .as(about)
                        .isEqualTo(
                                String.join("", texts.subList(expected.skipped(), expected.skipped() + tokens.size())));
                if (end.outcome() == Outcome.COMPLETED) {
                    assertThat(tokens).as(about).isEqualTo(rest);
                    assertThat(end.usage().completionTokens()).as(about).isEqualTo(texts.size());
                }
            });
            assertThat(house.scheduler.status().freeSlots())
                    .as("seed %d: free slots", seed)
                    .isEqualTo(house.scheduler.status().slots());
            assertThat(house.scheduler.status().queuedStreams()).isZero();
            assertThat(house.scheduler.status().queuedTokens()).isZero();
            assertThat(house.engine().allEmpty()).as("seed %d: slots", seed).isTrue();
            assertThat(house.parkedBytes()).as("seed %d: parked", seed).isZero();
        }
    }
}
