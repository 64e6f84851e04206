package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.EngineStatus;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EngineRegistryTest {

    private static final ModelName MODEL = new ModelName("m");

    private final ManualClock clock = new ManualClock();
    private final EngineRegistry engines = new EngineRegistry(Duration.ofSeconds(1), clock);

    @Test
    void anEngineThatCannotReadWhatItIsSentIsNotAsked() {
        engines.renew(speaking(ProtocolCodecs.OLDEST_VERSION - 1, ProtocolCodecs.OLDEST_VERSION - 1));
        engines.renew(speaking(ProtocolCodecs.VERSION + 2, ProtocolCodecs.VERSION + 1));

        assertThat(engines.next(MODEL, 1, all -> true)).isNull();
        assertThat(engines.size()).isZero();
    }

    @Test
    void anEngineIsSpokenToInTheNewestVersionThatItReads() {
        NodeId node = new NodeId("other");
        assertThat(engines.newestVersion(node)).isZero();

        engines.renew(speaking(ProtocolCodecs.OLDEST_VERSION, ProtocolCodecs.OLDEST_VERSION));
        assertThat(chosen(1)).isEqualTo("other");
        assertThat(engines.newestVersion(node)).isEqualTo(ProtocolCodecs.OLDEST_VERSION);

        engines.renew(speaking(ProtocolCodecs.VERSION + 1, ProtocolCodecs.VERSION));
        assertThat(chosen(1)).isEqualTo("other");
        assertThat(engines.newestVersion(node)).isEqualTo(ProtocolCodecs.VERSION + 1);
    }

    private static EngineStatus speaking(int newest, int oldest) {
        ModelStatus model = new ModelStatus(MODEL, "f", 2048, 4, 4, 0, 0, 100);
        return new EngineStatus(new NodeId("other"), newest, false, List.of(model), List.of(), oldest);
    }

    @Test
    void aLeaseCountsForThreeSecondsAfterItArrived() {
        engines.renew(status("a", 4, 4, 0, false));
        clock.advance(Duration.ofSeconds(3));
        assertThat(chosen(1)).isEqualTo("a");

        clock.advance(Duration.ofNanos(1));

        assertThat(chosen(1)).isNull();
        assertThat(engines.isAlive(new NodeId("a"))).isFalse();
        assertThat(engines.size()).isZero();
    }

    @Test
    void drainingEnginesAndOtherModelsAreNotAsked() {
        engines.renew(status("a", 4, 4, 0, true));
        engines.renew(status("b", 4, 4, 0, false));

        for (long key = 0; key < 50; key++) {
            assertThat(chosen(key)).isEqualTo("b");
        }
        assertThat(engines.next(new ModelName("other"), 1, all -> true)).isNull();
    }

    @Test
    void aKeyStaysWithItsEngineAndMovesOnlyWhenThatOneGoes() {
        for (String name : List.of("a", "b", "c", "d")) {
            engines.renew(status(name, 1000, 1000, 0, false));
        }
        Map<Long, String> before = new HashMap<>();
        for (long key = 0; key < 400; key++) {
            before.put(key, chosen(key));
        }
        assertThat(before.values()).contains("a", "b", "c", "d");

        engines.forget(new NodeId("b"));

        before.forEach((key, node) -> {
            if (!"b".equals(node)) {
                assertThat(chosen(key)).isEqualTo(node);
            }
        });
    }

    @Test
    void anEngineOfTwiceTheSlotsLeadsForAboutTwiceTheKeys() {
        engines.renew(status("small", 1000, 1000, 0, false));
        engines.renew(status("large", 2000, 2000, 0, false));

        long large = 0;
        for (long key = 0; key < 3000; key++) {
            large += "large".equals(chosen(key)) ? 1 : 0;
        }

        // A binomial of 3000 draws with p = 2/3 has a standard deviation of 26.
        assertThat(large).isBetween(2000L - 130, 2000L + 130);
    }

    @Test
    void anEngineBusierThanItsShareIsPassedOver() {
        engines.renew(status("a", 8, 8, 0, false));
        engines.renew(status("b", 8, 8, 0, false));
        String leader = Objects.requireNonNull(chosen(5));
        String other = "a".equals(leader) ? "b" : "a";

        engines.renew(status(leader, 8, 0, 0, false));

        assertThat(chosen(5)).isEqualTo(other);
    }

    @Test
    void whatWasJustSentCountsUntilTheNextStatus() {
        engines.renew(status("a", 8, 8, 0, false));
        engines.renew(status("b", 8, 8, 0, false));
        String leader = Objects.requireNonNull(chosen(5));
        for (int i = 0; i < 8; i++) {
            engines.charge(new NodeId(leader));
        }
        assertThat(chosen(5)).isNotEqualTo(leader);

        engines.renew(status(leader, 8, 8, 0, false));

        assertThat(chosen(5)).isEqualTo(leader);
    }

    @Test
    void anEngineOfTwiceTheSpeedLeadsForAboutTwiceTheKeysAndLoadDoesNotChangeThat() {
        for (int tokensPerSecond : List.of(100, 80, 100)) {
            engines.renew(fast("slow", tokensPerSecond / 2, 1000));
            engines.renew(fast("fast", tokensPerSecond, 1000));
        }
        Map<Long, String> before = new HashMap<>();
        for (long key = 0; key < 3000; key++) {
            before.put(key, chosen(key));
        }
        assertThat(before.values().stream().filter("fast"::equals).count()).isBetween(2000L - 130, 2000L + 130);

        for (int i = 0; i < 30; i++) {
            engines.renew(fast("slow", 45, 1000));
            engines.renew(fast("fast", 70, 1000));
        }
        before.forEach((key, node) -> assertThat(chosen(key)).isEqualTo(node));
    }

    @Test
    void aSlowEnginesShareIsSmaller() {
        engines.renew(fast("slow", 10, 8));
        engines.renew(fast("fast", 100, 8));
        int slow = 0;
        for (long key = 0; key < 40; key++) {
            String node = Objects.requireNonNull(chosen(key));
            engines.charge(new NodeId(node));
            slow += "slow".equals(node) ? 1 : 0;
        }
        // A tenth of the speed is a share of one in eleven, and a quarter more.
        assertThat(slow).isBetween(1, 6);
    }

    @Test
    void aModelWithNeitherEngineNorQueueIsNotAskedFor() {
        engines.renew(status("hangs", new ModelStatus(MODEL, "f", 2048, 0, 0, 0, 3, 0)));
        assertThat(chosen(1)).isNull();

        engines.renew(status("loads", new ModelStatus(MODEL, "f", 2048, 0, 0, 0, 3, 16)));
        assertThat(chosen(1)).isEqualTo("loads");
    }

    @Test
    void anEngineThatKeepsFailingIsSetAsideAndTriedAgain() {
        engines.renew(status("a", 4, 4, 0, false));
        for (int i = 0; i < Breaker.INCIDENTS; i++) {
            clock.advance(Duration.ofSeconds(2));
            engines.failed(new NodeId("a"));
        }
        engines.renew(status("a", 4, 4, 0, false));
        assertThat(chosen(1)).isNull();

        clock.advance(Duration.ofSeconds(1));
        assertThat(chosen(1)).isEqualTo("a");
        engines.charge(new NodeId("a"));
        assertThat(chosen(1)).as("one trial").isNull();
        engines.succeeded(new NodeId("a"));
        assertThat(chosen(1)).isEqualTo("a");
    }

    @Test
    void fullEnginesAreStillAskedBecauseTheyMayQueue() {
        engines.renew(status("a", 4, 0, 100, false));

        assertThat(chosen(5)).isEqualTo("a");
    }

    private @Nullable String chosen(long key) {
        Candidate candidate = engines.next(MODEL, key, all -> true);
        return candidate == null ? null : candidate.node().value();
    }

    private static EngineStatus fast(String node, int tokensPerSecond, int slots) {
        return status(node, new ModelStatus(MODEL, "f", 2048, slots, slots, 0, 0, 100, tokensPerSecond));
    }

    private static EngineStatus status(String node, ModelStatus model) {
        return new EngineStatus(new NodeId(node), ProtocolCodecs.VERSION, false, List.of(model));
    }

    private static EngineStatus status(String node, int slots, int free, int queued, boolean draining) {
        return new EngineStatus(
                new NodeId(node),
                ProtocolCodecs.VERSION,
                draining,
                List.of(new ModelStatus(MODEL, "f", 2048, slots, free, 0, queued, 100)));
    }
}
