package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StallWatchTest {

    private static final Duration LOOK = Duration.ofMillis(250);

    private final StallWatch watch = new StallWatch(Duration.ofSeconds(3));
    private long now = 1;

    @Test
    void aStepThatDoesNotEndIsAStallAndItsEndEndsIt() {
        measure(Duration.ofMillis(5));
        watch.begins();
        assertThat(lookedAtFor(Duration.ofMillis(2_750))).isFalse();
        assertThat(lookedAtFor(Duration.ofMillis(500))).isTrue();
        assertThat(lookedAtFor(Duration.ofSeconds(60))).isTrue();

        watch.ends(1);
        assertThat(lookedAtFor(LOOK)).isFalse();
    }

    @Test
    void aStallOfAMinuteMoreIsHopelessUntilItEnds() {
        measure(Duration.ofMillis(5));
        watch.begins();
        assertThat(lookedAtFor(Duration.ofSeconds(62))).isTrue();
        assertThat(watch.hopeless()).isFalse();
        assertThat(lookedAtFor(Duration.ofSeconds(2))).isTrue();
        assertThat(watch.hopeless()).isTrue();
        watch.ends(1);
        lookedAtFor(LOOK);
        assertThat(watch.hopeless()).isFalse();
    }

    @Test
    void stepsOfASlowMachineAreNone() {
        measure(Duration.ofSeconds(2));
        watch.begins();
        assertThat(lookedAtFor(Duration.ofMillis(9_500))).isFalse();
        assertThat(lookedAtFor(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void aLongStepIsForgottenInTime() {
        measure(Duration.ofSeconds(2));
        for (int i = 0; i < 400; i++) {
            watch.begins();
            watch.ends(1);
        }
        watch.begins();
        assertThat(lookedAtFor(Duration.ofSeconds(4))).isTrue();
    }

    @Test
    void nothingIsKnownOfAnEngineThatHasHardlyBegun() {
        watch.begins();
        assertThat(lookedAtFor(Duration.ofSeconds(59))).isFalse();
        assertThat(lookedAtFor(Duration.ofSeconds(2))).isTrue();
        watch.ends(1);
        measure(Duration.ofMillis(5));
        watch.reset();
        watch.begins();
        assertThat(lookedAtFor(Duration.ofSeconds(30))).isFalse();
    }

    @Test
    void theTimeInWhichThisProcessWasStoppedDoesNotCount() {
        measure(Duration.ofMillis(5));
        watch.begins();
        assertThat(lookedAtFor(Duration.ofSeconds(2))).isFalse();
        now += Duration.ofMinutes(5).toNanos();
        assertThat(lookedAtFor(LOOK)).isFalse();
        assertThat(lookedAtFor(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void manyShortStepsAreNoLongOne() {
        measure(Duration.ofMillis(5));
        for (int i = 0; i < 100; i++) {
            watch.begins();
            assertThat(lookedAtFor(Duration.ofSeconds(1))).isFalse();
            watch.ends(1);
        }
    }

    private void measure(Duration step) {
        for (int i = 0; i < 8; i++) {
            watch.begins();
            watch.ends(step.toNanos());
        }
    }

    private boolean lookedAtFor(Duration time) {
        for (long left = time.toNanos(); left > 0; left -= LOOK.toNanos()) {
            now += LOOK.toNanos();
            watch.look(now);
        }
        return watch.stalled();
    }
}
