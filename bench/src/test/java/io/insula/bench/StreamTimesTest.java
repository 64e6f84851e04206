package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StreamTimesTest {

    private static final long BEGAN = 1_000_000_000;

    private final StreamTimes times = new StreamTimes(BEGAN);

    @Test
    void gapsAreThoseThatEndInTheSpan() {
        times.arrived(1, BEGAN + 1_000_000);
        times.arrived(1, BEGAN + 4_000_000);
        times.arrived(2, BEGAN + 9_000_000);

        assertThat(times.begun()).isCompleted();
        assertThat(times.firstTokenMillis()).isEqualTo(1, within(1e-9));
        assertThat(times.gapsMillis(BEGAN, BEGAN + 9_000_001)).containsExactly(3, 5, 0);
        assertThat(times.gapsMillis(BEGAN + 4_000_001, BEGAN + 9_000_001)).containsExactly(5, 0);
        assertThat(times.gapsMillis(BEGAN, BEGAN + 9_000_000)).containsExactly(3);
    }

    @Test
    void aFailureEndsBothWaits() {
        times.fail("because");

        assertThat(times.begun()).isCompletedExceptionally();
        assertThat(times.ended()).isCompletedExceptionally();
    }
}
