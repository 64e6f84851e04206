package io.insula.inference.schedule;

import static io.insula.inference.schedule.Commands.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.StreamFrame.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Engines that go on failing, and engines that take long to start, on a clock turned by hand. */
class FailingEngineTest {

    private static final SchedulerConfig CONFIG = SchedulerHouse.config(8, 16, 10_000);
    private static final Duration FIRST_WAIT = CONFIG.restartDelay().dividedBy(8);

    private boolean broken = true;
    private int starts;
    private long startNanos;
    private final SchedulerHouse house = new SchedulerHouse(1, CONFIG, this::start);

    private HashingEngine start() {
        starts++;
        if (starts > 1) {
            house.nowNanos += startNanos;
        }
        return new HashingEngine(LetterTokenizer.VOCABULARY, 1, SchedulerHouse.CONTEXT)
                .failAtCall(broken ? 1 : Integer.MAX_VALUE);
    }

    @Test
    void anEngineThatFailsAtEachFirstStepIsNotStartedWithoutAPause() {
        for (int number = 1; number <= 4; number++) {
            house.offer(command(number, "waiting", 9));
        }
        steps(100);
        assertThat(starts).as("the first one, and one at once").isEqualTo(2);
        assertThat(house.frames.endCount()).isEqualTo(2);
        assertThat(house.offer(command(5, "refused", 1))).isEqualTo(Scheduler.Offer.NO_ENGINE);
        assertThat(house.scheduler.status().queueCapacity()).isZero();

        house.nowNanos += FIRST_WAIT.toNanos() - 1;
        steps(10);
        assertThat(starts).isEqualTo(2);
        broken = false;
        house.nowNanos += 1;
        house.runUntilIdle();
        assertThat(starts).isEqualTo(3);
        assertThat(outcome(1)).isEqualTo(Outcome.FAILED);
        assertThat(outcome(2)).isEqualTo(Outcome.FAILED);
        assertThat(outcome(3)).isEqualTo(Outcome.COMPLETED);
        assertThat(outcome(4)).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void whoWouldWaitLongIsHandedOver() {
        int number = 0;
        for (int round = 1; round <= 4; round++) {
            house.offer(command(++number, "first", 9));
            house.offer(command(++number, "second", 9));
            steps(1);
            assertThat(outcome(number - 1)).isEqualTo(Outcome.FAILED);
            if (round < 4) {
                assertThat(house.frames.ended(Commands.id(number), 0))
                        .as("the wait of failure %d is short", number - 1)
                        .isFalse();
                waitAndReopen();
                steps(1);
                waitAndReopen();
                assertThat(outcome(number)).isEqualTo(Outcome.FAILED);
            }
        }
        assertThat(outcome(number)).as("20 s are too long").isEqualTo(Outcome.HANDED_OVER);
    }

    @Test
    void anEngineThatTakesLongToStartKeepsNobodyInSilence() {
        startNanos = Duration.ofSeconds(6).toNanos();
        for (int number = 1; number <= 3; number++) {
            house.offer(command(number, "waiting", 9));
        }
        steps(1);
        assertThat(house.frames.endCount()).as("the first engine took no time").isEqualTo(1);
        steps(2);
        assertThat(outcome(2)).isEqualTo(Outcome.FAILED);
        assertThat(outcome(3)).isEqualTo(Outcome.HANDED_OVER);
    }

    private Outcome outcome(int number) {
        return house.frames.end(Commands.id(number), 0).outcome();
    }

    private void waitAndReopen() {
        house.nowNanos += Duration.ofMinutes(2).toNanos();
        steps(1);
    }

    private void steps(int count) {
        for (int i = 0; i < count; i++) {
            house.scheduler.step();
        }
    }
}
