package io.insula.launcher.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.NodeId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SelfTrustTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final SelfTrust trust = new SelfTrust(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void isLostAfterThePatienceAndNotBefore() {
        trust.missed();
        pass(SelfTrust.PATIENCE.minusMillis(1));
        assertThat(trust.isLost()).isFalse();

        trust.missed();
        pass(Duration.ofMillis(1));
        assertThat(trust.isLost()).isTrue();
    }

    @Test
    void startsAnewWhenItIsHeardAgain() {
        trust.missed();
        pass(SelfTrust.PATIENCE);
        trust.restored();
        assertThat(trust.isLost()).isFalse();

        trust.missed();
        pass(SelfTrust.PATIENCE.minusMillis(1));
        assertThat(trust.isLost()).isFalse();
    }

    @Test
    void doesNotTakeOneLostPeerForItsOwnLoss() {
        trust.unanswered(new NodeId("a"));
        pass(SelfTrust.PATIENCE.multipliedBy(10));
        trust.unanswered(new NodeId("a"));
        assertThat(trust.isLost()).isFalse();

        trust.unanswered(new NodeId("b"));
        assertThat(trust.isLost()).isTrue();
    }
}
