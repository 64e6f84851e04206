package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.schedule.Scheduler;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DeviceThreadsTest {

    @Test
    void oneThatBuildsAPlanIsBusyUntilItEnds() throws Exception {
        assertThat(DeviceThreads.busy()).isFalse();
        CountDownLatch built = new CountDownLatch(1);
        Thread device = Thread.ofPlatform()
                .name(Scheduler.THREAD_NAME + "some-model")
                .daemon()
                .start(() -> {
                    try {
                        built.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        assertThat(DeviceThreads.busy()).isTrue();
        built.countDown();
        assertThat(DeviceThreads.busy()).as("it is waited for a little").isFalse();
        assertThat(device.isAlive()).isFalse();
    }
}
