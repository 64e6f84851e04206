package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RestartPaceTest {

    private final RestartPace pace = new RestartPace(Duration.ofSeconds(4));

    @Test
    void aSingleFailureCostsNoWaitAndFurtherOnesEverMore() {
        List<Long> waits =
                Stream.generate(() -> pace.failed().toMillis()).limit(11).toList();
        assertThat(waits)
                .containsExactly(0L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 48_000L, 48_000L, 48_000L);
    }

    @Test
    void anEngineThatWorksAgainIsForgiven() {
        pace.failed();
        pace.failed();
        work(RestartPace.SOUND_STEPS - 1);
        assertThat(pace.failed()).as("too little work to count").isEqualTo(Duration.ofSeconds(1));
        work(RestartPace.SOUND_STEPS);
        assertThat(pace.failed()).isZero();
    }

    @Test
    void anEngineThatDoesNotStartWaitsTheDelayAtLeast() {
        List<Long> waits =
                Stream.generate(() -> pace.notStarted().toMillis()).limit(9).toList();
        assertThat(waits).containsExactly(4_000L, 4_000L, 4_000L, 4_000L, 4_000L, 8_000L, 16_000L, 32_000L, 48_000L);
    }

    private void work(int steps) {
        for (int i = 0; i < steps; i++) {
            pace.worked();
        }
    }
}
