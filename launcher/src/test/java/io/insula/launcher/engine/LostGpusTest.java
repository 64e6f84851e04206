package io.insula.launcher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LostGpusTest {

    private final AtomicInteger ends = new AtomicInteger();
    private final LostGpus lost = new LostGpus(List.of(0, 1), ends::incrementAndGet);

    private void fail(int device, int times) {
        for (int i = 0; i < times; i++) {
            lost.fails(device, "Xid");
        }
    }

    @Test
    void theProcessEndsOnceWhenNoGpuIsLeft() {
        fail(0, 20);
        fail(1, LostGpus.TRIES - 1);
        assertThat(ends).hasValue(0);
        fail(1, 1);
        assertThat(ends).hasValue(1);
        fail(0, 20);
        fail(1, 20);
        assertThat(ends).hasValue(1);
    }

    @Test
    void aGpuThatWorksAgainIsNotLost() {
        fail(0, LostGpus.TRIES);
        lost.works(0);
        fail(1, LostGpus.TRIES - 1);
        lost.works(1);
        fail(1, LostGpus.TRIES - 1);
        assertThat(ends).hasValue(0);
        fail(1, 1);
        assertThat(ends).as("the other one works").hasValue(0);
        fail(0, LostGpus.TRIES);
        assertThat(ends).hasValue(1);
    }

    @Test
    void aGpuThatHangsIsLostAtOnceUntilItGoesOn() {
        lost.hangs(0);
        lost.works(0);
        lost.hangs(1);
        assertThat(ends).as("the first one went on").hasValue(0);
        fail(0, LostGpus.TRIES);
        assertThat(ends).hasValue(1);
        lost.hangs(0);
        assertThat(ends).hasValue(1);
    }
}
