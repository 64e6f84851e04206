package io.insula.inference.schedule;

import static io.insula.inference.schedule.Commands.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SchedulerTest {

    private static final SchedulerConfig CONFIG = SchedulerHouse.config(8, 16, 10_000);

    @Test
    void everyPromptLengthAndChunkSizeGivesTheSoloRun() {
        for (int chunk = 2; chunk <= 5; chunk++) {
            SchedulerHouse house = new SchedulerHouse(1, SchedulerHouse.config(chunk, 1, 1_000));
            for (int length = 1; length <= 30; length++) {
                GenerateCommand command = command(length, "x".repeat(length), 5);
                assertThat(house.offer(command)).isEqualTo(Scheduler.Offer.QUEUED);
                house.runUntilIdle();
                expectWholeRun(house, command);
            }
        }
    }

    @Test
    void streamsThatShareTheEngineEachEqualTheirSoloRun() {
        SchedulerHouse house = new SchedulerHouse(3, CONFIG);
        List<GenerateCommand> commands = List.of(
                command(1, "the first", 40),
                command(2, "x".repeat(60), 3),
                command(3, "the third of them", 17),
                command(4, "y".repeat(33), 25),
                command(5, "z", 0));
        commands.forEach(house::offer);
        house.runUntilIdle();
        commands.forEach(command -> expectWholeRun(house, command));
        assertThat(house.engine().allEmpty()).isTrue();
    }

    @Test
    void aStopStringEndsTheStreamBeforeItAppears() {
        SchedulerHouse house = new SchedulerHouse(1, CONFIG);
        GenerateCommand unstopped = neverEnding(house, 1);
        SoloRun free = house.solo(unstopped);
        String stop = free.text().substring(10, 13);
        GenerateCommand stopped = Commands.command(
                unstopped.request(),
                0,
                Commands.API,
                unstopped.messages().getFirst().content(),
                unstopped.sampling(),
                0,
                List.of("never seen", stop));
        house.offer(stopped);
        house.runUntilIdle();
        expectWholeRun(house, stopped);
        assertThat(String.join("", house.frames.texts(stopped.request(), 0)))
                .isEqualTo(free.text().substring(0, free.text().indexOf(stop)));
    }

    @Test
    void aStreamResumedAtAnyTokenGoesOnAsTheUndisturbedOne() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand whole = neverEnding(house, 1);
        String content = whole.messages().getFirst().content();
        SoloRun solo = house.solo(whole);
        int total = solo.tokens().size();
        for (int cut = 0; cut <= total; cut++) {
            GenerateCommand resumed = Commands.resumed(
                    Commands.command(
                            Commands.id(1_000 + cut), 0, Commands.API, content, whole.sampling(), 0, List.of()),
                    solo.firstTokens(cut));
            GenerateCommand neighbour = command(2_000 + cut, "noise " + cut, 30);
            house.offer(neighbour);
            house.offer(resumed);
            house.runUntilIdle();
            expectWholeRun(house, neighbour);
            assertThat(house.frames.tokens(resumed.request(), 1))
                    .isEqualTo(solo.tokens().subList(cut, total));
            assertThat(String.join("", house.frames.texts(resumed.request(), 1)))
                    .as("cut at %d", cut)
                    .isEqualTo(String.join("", solo.texts().subList(cut, total)));
            StreamEnd end = house.frames.end(resumed.request(), 1);
            assertThat(end.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(end.usage().completionTokens()).isEqualTo(total);
            assertThat(house.frames.deltas(resumed.request(), 1).getLast().finish())
                    .isEqualTo(solo.finish());
        }
    }

    @Test
    void aNewcomersPromptIsPrefilledBetweenDecodeSteps() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand running = neverEnding(house, 1);
        house.offer(running);
        house.scheduler.step();
        int before = house.frames.tokens(running.request(), 0).size();
        house.offer(command(2, "x".repeat(80), 1));
        for (int i = 0; i < 20; i++) {
            house.scheduler.step();
        }
        assertThat(house.frames.tokens(running.request(), 0)).hasSize(before + 10);
        assertThat(house.frames.ended(Commands.id(2), 0)).isTrue();
    }

    @Test
    void aCancelledStreamEndsBeforeTheNextEngineCallWhereverItIs() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand decoding = neverEnding(house, 1);
        GenerateCommand prefilling = command(1_002, "x".repeat(80), 5);
        GenerateCommand queued = command(1_003, "queued", 5);
        house.offer(decoding);
        house.scheduler.step();
        house.offer(prefilling);
        house.scheduler.step();
        house.scheduler.step();
        house.offer(queued);
        house.scheduler.step();
        assertThat(house.scheduler.status().freeSlots()).isZero();
        assertThat(house.scheduler.status().queuedStreams()).isEqualTo(1);
        int calls = house.engine().calls();
        for (GenerateCommand command : List.of(queued, prefilling, decoding)) {
            house.scheduler.cancel(command.request(), 0);
            house.scheduler.cancel(command.request(), 0);
        }
        assertThat(house.scheduler.step()).isFalse();
        assertThat(house.engine().calls()).isEqualTo(calls);
        for (GenerateCommand command : List.of(queued, prefilling, decoding)) {
            assertThat(house.frames.end(command.request(), 0).outcome()).isEqualTo(Outcome.CANCELLED);
        }
        assertThat(house.scheduler.status().freeSlots()).isEqualTo(2);
        assertThat(house.scheduler.status().queuedStreams()).isZero();
        assertThat(house.scheduler.status().queuedTokens()).isZero();
        assertThat(house.engine().allEmpty()).isTrue();
    }

    @Test
    void aCancelOfAnEarlierAttemptLeavesALaterOneAlone() {
        SchedulerHouse house = new SchedulerHouse(1, CONFIG);
        GenerateCommand second = Commands.resumed(command(1, "again", 4), TokenIds.EMPTY);
        house.offer(second);
        house.scheduler.cancel(second.request(), 0);
        house.runUntilIdle();
        assertThat(house.frames.end(second.request(), 1).outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void aLaterAttemptTakesTheEarlierOnesPlace() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand first = neverEnding(house, 1);
        house.offer(first);
        house.scheduler.step();
        GenerateCommand second = Commands.resumed(first, TokenIds.EMPTY);
        assertThat(house.offer(second)).isEqualTo(Scheduler.Offer.QUEUED);
        assertThat(house.offer(second)).isEqualTo(Scheduler.Offer.RUNNING_ALREADY);
        assertThat(house.offer(first)).isEqualTo(Scheduler.Offer.SUPERSEDED);
        house.runUntilIdle();
        assertThat(house.frames.end(first.request(), 0).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(house.frames.end(second.request(), 1).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(house.frames.tokens(second.request(), 1))
                .isEqualTo(house.solo(first).tokens());
    }

    @Test
    void noMoreStreamsAndTokensWaitThanMay() {
        SchedulerHouse house = new SchedulerHouse(1, SchedulerHouse.config(8, 3, 100));
        house.offer(neverEnding(house, 1));
        house.scheduler.step();
        assertThat(house.offer(command(1_002, "x".repeat(120), 1)))
                .as("longer than the limit, but alone")
                .isEqualTo(Scheduler.Offer.QUEUED);
        assertThat(house.offer(command(1_003, "x", 1))).isEqualTo(Scheduler.Offer.FULL);
        house.scheduler.cancel(Commands.id(1_002), 0);
        house.scheduler.step();
        for (int i = 0; i < 3; i++) {
            assertThat(house.offer(command(1_010 + i, "x".repeat(32), 1))).isEqualTo(Scheduler.Offer.QUEUED);
        }
        assertThat(house.offer(command(1_020, "x", 1))).isEqualTo(Scheduler.Offer.FULL);
        assertThat(house.scheduler.status().queuedTokens()).isEqualTo(99);
        assertThat(house.scheduler.retryAfterMillis()).isBetween(500, 60_000);
        house.runUntilIdle();
        assertThat(house.frames.ended(Commands.id(1_020), 0)).isFalse();
        assertThat(house.frames.ended(Commands.id(1_012), 0)).isTrue();
    }

    @Test
    void anEngineFailureEndsItsStreamsAndTheWaitingOnesRunOnANewEngine() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand first = neverEnding(house, 1);
        GenerateCommand second = command(1_002, "second", 100);
        GenerateCommand waiting = command(1_003, "waiting", 6);
        house.engine().failAtCall(6);
        house.offer(first);
        house.offer(second);
        house.offer(waiting);
        house.runUntilIdle();
        for (GenerateCommand lost : List.of(first, second)) {
            StreamEnd end = house.frames.end(lost.request(), 0);
            assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(end.error()).isEqualTo("the engine failed; the answer is incomplete");
        }
        expectWholeRun(house, waiting);
        assertThat(house.engines).hasSize(2);
        assertThat(house.engines.getFirst().closed()).isTrue();
        assertThat(house.registry
                        .get("insula.inference.engine.failures")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void anEngineThatDoesNotComeBackEndsTheWaitingStreamsAndIsTriedAgainLater() {
        AtomicInteger starts = new AtomicInteger();
        SchedulerHouse house = new SchedulerHouse(1, CONFIG, () -> {
            if (starts.incrementAndGet() == 2) {
                throw new IllegalStateException("planted: no memory");
            }
            return new HashingEngine(LetterTokenizer.VOCABULARY, 1, SchedulerHouse.CONTEXT)
                    .failAtCall(starts.get() == 1 ? 2 : Integer.MAX_VALUE);
        });
        house.offer(command(1, "running", 100));
        house.offer(command(2, "waiting", 100));
        house.runUntilIdle();
        assertThat(house.frames.end(Commands.id(2), 0).error()).isEqualTo("the engine does not start");
        assertThat(house.offer(command(3, "refused", 1))).isEqualTo(Scheduler.Offer.NO_ENGINE);
        assertThat(house.scheduler.status().slots()).isZero();
        assertThat(house.scheduler.status().queueCapacity()).isZero();
        house.nowNanos += CONFIG.restartDelay().toNanos() - 1;
        house.scheduler.step();
        assertThat(starts).hasValue(2);
        house.nowNanos += 1;
        house.scheduler.step();
        GenerateCommand later = command(4, "welcome", 9);
        assertThat(house.offer(later)).isEqualTo(Scheduler.Offer.QUEUED);
        house.runUntilIdle();
        expectWholeRun(house, later);
    }

    @Test
    void whatIsHandedOverHasToldEverythingAndGoesOnElsewhere() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand running = neverEnding(house, 1);
        GenerateCommand prefilling = command(1_002, "x".repeat(60), 100);
        GenerateCommand waiting = command(1_003, "waiting", 6);
        GenerateCommand stays = Commands.from(command(1_004, "of our own", 6), new NodeId("own"), 0);
        house.offer(running);
        house.scheduler.step();
        house.scheduler.step();
        house.offer(prefilling);
        house.offer(waiting);
        house.offer(stays);
        house.scheduler.step();
        house.scheduler.handOver(new NodeId("own"));
        house.scheduler.step();
        SoloRun solo = house.solo(running);
        int told = house.frames.tokens(running.request(), 0).size();
        assertThat(told).isPositive();
        for (GenerateCommand command : List.of(running, prefilling, waiting)) {
            StreamEnd end = house.frames.end(command.request(), 0);
            assertThat(end.outcome()).isEqualTo(Outcome.HANDED_OVER);
            assertThat(end.usage().completionTokens())
                    .isEqualTo(house.frames.tokens(command.request(), 0).size());
        }
        house.runUntilIdle();
        expectWholeRun(house, stays);
        SchedulerHouse other = new SchedulerHouse(1, CONFIG);
        other.offer(Commands.resumed(running, solo.firstTokens(told)));
        other.runUntilIdle();
        assertThat(other.frames.tokens(running.request(), 1))
                .isEqualTo(solo.tokens().subList(told, solo.tokens().size()));
        house.offer(Commands.resumed(waiting, TokenIds.EMPTY));
        house.scheduler.handOver(null);
        house.runUntilIdle();
        assertThat(house.frames.end(waiting.request(), 1).outcome()).isEqualTo(Outcome.HANDED_OVER);
        assertThat(house.engine().allEmpty()).isTrue();
    }

    @Test
    void aTokenOutsideTheVocabularyHurtsOnlyItsStream() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand good = command(1, "good", 12);
        house.offer(good);
        house.offer(Commands.resumed(command(2, "bad", 12), TokenIds.of(4_711)));
        house.runUntilIdle();
        expectWholeRun(house, good);
        StreamEnd end = house.frames.end(Commands.id(2), 1);
        assertThat(end.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(end.error()).isEqualTo("resume tokens: 4711 (expected: 0..63)");
        assertThat(house.engines).hasSize(1);
    }

    @Test
    void aStepSendsOneBatchToEachHttpVerticle() {
        SchedulerHouse house = new SchedulerHouse(4, CONFIG);
        NodeId other = new NodeId("other");
        house.offer(neverEnding(house, 1));
        house.offer(neverEnding(house, 200));
        house.offer(Commands.from(neverEnding(house, 400), Commands.API, 1));
        house.offer(Commands.from(neverEnding(house, 600), other, 0));
        for (int i = 0; i < 12; i++) {
            house.scheduler.step();
        }
        house.frames.batches().clear();
        house.scheduler.step();
        assertThat(house.frames.batches())
                .extracting(batch -> batch.node() + "." + batch.instance() + ":"
                        + batch.frames().size())
                .containsExactly("api.0:2", "api.1:1", "other.0:1");
    }

    @Test
    void aStreamWithoutOutputSendsProgressEveryTwoSeconds() {
        SchedulerHouse house = new SchedulerHouse(1, CONFIG);
        GenerateCommand prefilling = command(1, "x".repeat(160), 1);
        GenerateCommand waiting = command(2, "waiting", 1);
        house.scheduler.step();
        house.offer(prefilling);
        house.offer(waiting);
        for (int i = 0; i < 10; i++) {
            house.nowNanos += Duration.ofMillis(500).toNanos();
            house.scheduler.step();
        }
        assertThat(house.frames.progress(prefilling.request(), 0))
                .as("and once with the first chunk")
                .isEqualTo(3);
        assertThat(house.frames.progress(waiting.request(), 0)).isEqualTo(2);
        StreamFrame last = house.frames.batches().getLast().frames().getFirst();
        assertThat(last).isEqualTo(new StreamFrame.StreamProgress(prefilling.request(), 0, 64));
    }

    @Test
    void usageAndTimingsAreExact() {
        SchedulerHouse house = new SchedulerHouse(1, CONFIG);
        GenerateCommand command = command(1, "x".repeat(16), 3);
        SoloRun solo = house.solo(command);
        assertThat(solo.tokens()).hasSize(3);
        house.offer(command);
        for (int i = 0; i < 4; i++) {
            house.nowNanos += 1_500_000;
            house.scheduler.step();
        }
        assertThat(house.frames.end(command.request(), 0))
                .isEqualTo(new StreamEnd(
                        command.request(),
                        0,
                        3,
                        Outcome.COMPLETED,
                        null,
                        new Usage(16, 3, 0),
                        new Timings(1_500, 3_000, 6_000)));
        assertThat(house.frames.deltas(command.request(), 0))
                .extracting(StreamDelta::finish)
                .containsExactly(null, null, FinishReason.LENGTH);
        assertThat(house.registry
                        .get("insula.inference.decode.tokens")
                        .counter()
                        .count())
                .isEqualTo(3);
        assertThat(house.registry
                        .get("insula.inference.prefill.tokens")
                        .counter()
                        .count())
                .isEqualTo(16);
        assertThat(house.registry
                        .get("insula.inference.inter.token.latency")
                        .timer()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void limitsOutOfRangeAreRefusedWithTheAllowedOnes() {
        assertThatThrownBy(() -> SchedulerHouse.config(1, 1, 1))
                .hasMessage("prefillChunkTokens: 1 (expected: 2..8192)");
        assertThatThrownBy(() -> SchedulerHouse.config(2, -1, 1)).hasMessageContaining("queueStreams: -1");
        assertThatThrownBy(() -> SchedulerHouse.config(2, 1, 0)).hasMessageContaining("queueTokens: 0");
    }

    /** A command whose solo run is long; numbers from the given one on are tried. */
    private static GenerateCommand neverEnding(SchedulerHouse house, int from) {
        for (int number = from; number < from + 200; number++) {
            GenerateCommand command = command(number, "go " + number % 7, 0);
            if (house.solo(command).tokens().size() > 100) {
                return command;
            }
        }
        throw new AssertionError("no long run from " + from);
    }

    private static void expectWholeRun(SchedulerHouse house, GenerateCommand command) {
        SoloRun solo = house.solo(command);
        int attempt = command.attempt();
        assertThat(house.frames.end(command.request(), attempt).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(house.frames.tokens(command.request(), attempt)).isEqualTo(solo.tokens());
        assertThat(house.frames.texts(command.request(), attempt)).isEqualTo(solo.texts());
        assertThat(house.frames.deltas(command.request(), attempt).getLast().finish())
                .isEqualTo(solo.finish());
    }
}
