package io.insula.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.NodeId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ApiLeasesTest {

    private static final NodeId SILENT = new NodeId("silent");
    private static final NodeId SPEAKING = new NodeId("speaking");

    private long nowNanos;
    private final ApiLeases leases = new ApiLeases(() -> nowNanos);

    @Test
    void aLeaseEndsOnceThreeSecondsAfterTheLastStatus() {
        leases.renew(SILENT);
        for (int second = 1; second <= 2; second++) {
            pass(Duration.ofSeconds(1));
            leases.renew(SPEAKING);
            assertThat(leases.takeEnded()).as("after %d s", second).isEmpty();
        }
        pass(Duration.ofSeconds(1));
        assertThat(leases.takeEnded()).containsExactly(SILENT);
        assertThat(leases.takeEnded()).isEmpty();
    }

    @Test
    void theOwnPauseIsNobodysSilence() {
        leases.renew(SILENT);
        pass(Duration.ofSeconds(20));
        assertThat(leases.takeEnded()).isEmpty();
        pass(Duration.ofSeconds(2));
        assertThat(leases.takeEnded()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(leases.takeEnded()).containsExactly(SILENT);
    }

    @Test
    void aNodeThatLeftHasNoLeaseToLose() {
        leases.renew(SILENT);
        leases.end(SILENT);
        pass(Duration.ofSeconds(2));
        leases.takeEnded();
        pass(Duration.ofSeconds(2));
        assertThat(leases.takeEnded()).isEmpty();
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
    }
}
