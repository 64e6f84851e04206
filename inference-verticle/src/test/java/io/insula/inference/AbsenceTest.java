package io.insula.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AbsenceTest {

    private long nowNanos = 1;
    private final Absence absence = new Absence(() -> nowNanos);

    @Test
    void aPauseLongerThanTheLeaseIsNoticedOnceWhateverItsTicksWere() {
        for (int i = 0; i < 10; i++) {
            nowNanos += Duration.ofMillis(1_900).toNanos();
            assertThat(absence.wasLong()).isFalse();
        }
        nowNanos += Duration.ofMillis(3_999).toNanos();
        assertThat(absence.wasLong()).isFalse();
        nowNanos += Duration.ofSeconds(4).toNanos();
        assertThat(absence.wasLong()).isTrue();
        assertThat(absence.wasLong()).isFalse();
    }
}
