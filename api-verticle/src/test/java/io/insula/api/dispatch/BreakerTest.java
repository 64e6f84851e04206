package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerTest {

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Breaker breaker = new Breaker(PAUSE, 7);
    private long now = Duration.ofSeconds(100).toNanos();

    @Test
    void anEngineThatKeepsFailingIsSetAsideForTwiceAsLongEachTime() {
        fail(Breaker.INCIDENTS);
        for (int pause = 0; pause < 8; pause++) {
            Duration longest = PAUSE.multipliedBy(1L << Math.min(pause, 5));
            pass(longest.dividedBy(2).minusNanos(1));
            assertThat(breaker.allows(now)).as("pause %d", pause).isFalse();
            pass(longest.dividedBy(2).plusNanos(1));
            assertThat(breaker.allows(now)).as("pause %d", pause).isTrue();
            breaker.asked(now);
            assertThat(breaker.allows(now)).as("one trial at a time").isFalse();
            breaker.failed(now);
        }
    }

    @Test
    void allStreamsOfOneFailureAreOneIncident() {
        for (int i = 0; i < 100; i++) {
            breaker.failed(now);
        }
        assertThat(breaker.allows(now)).isTrue();
    }

    @Test
    void successInBetweenForgivesAndASuccessfulTrialEndsIt() {
        fail(Breaker.INCIDENTS - 1);
        breaker.succeeded();
        fail(Breaker.INCIDENTS - 1);
        assertThat(breaker.allows(now)).isTrue();
        fail(1);
        assertThat(breaker.allows(now)).isFalse();

        // Streams that it had before say nothing of it.
        breaker.succeeded();
        breaker.failed(now);
        assertThat(breaker.isAside()).isTrue();
        pass(PAUSE);
        breaker.asked(now);
        breaker.succeeded();
        assertThat(breaker.isAside()).isFalse();
        fail(Breaker.INCIDENTS - 1);
        assertThat(breaker.allows(now)).isTrue();
    }

    @Test
    void aTrialOfWhichNothingIsHeardIsFollowedByAnother() {
        fail(Breaker.INCIDENTS);
        pass(PAUSE);
        breaker.asked(now);
        pass(Duration.ofSeconds(9));
        assertThat(breaker.allows(now)).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(breaker.allows(now)).isTrue();
    }

    private void fail(int incidents) {
        for (int i = 0; i < incidents; i++) {
            pass(Duration.ofSeconds(2));
            breaker.failed(now);
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
