package io.insula.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentMapTest {

    private long nowNanos;
    private final RecentMap<Integer, String> map = new RecentMap<>(Duration.ofSeconds(60), 3, () -> nowNanos);

    @Test
    void anEntryIsForgottenWhenItsTimeIsOver() {
        map.put(1, "one");
        nowNanos += Duration.ofSeconds(60).toNanos() - 1;
        assertThat(map.get(1)).isEqualTo("one");
        nowNanos += 1;
        assertThat(map.get(1)).isNull();
        assertThat(map.size()).isZero();
    }

    @Test
    void onlyTheNewestAreKept() {
        for (int i = 0; i < 5; i++) {
            map.put(i, "v" + i);
        }
        assertThat(map.size()).isEqualTo(3);
        assertThat(map.get(1)).isNull();
        assertThat(map.get(2)).isEqualTo("v2");
    }

    @Test
    void anEntryPutAgainIsNewAgain() {
        map.put(1, "old");
        nowNanos += Duration.ofSeconds(40).toNanos();
        map.put(1, "new");
        nowNanos += Duration.ofSeconds(40).toNanos();
        assertThat(map.get(1)).isEqualTo("new");
    }
}
