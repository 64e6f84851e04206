package io.insula.launcher.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.Addresses;
import io.insula.protocol.NodeId;
import io.insula.protocol.Probe;
import io.insula.protocol.ProbeReply;
import io.insula.protocol.ProbeRequest;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node beside peers that a test plays. */
class SelfCareTest {

    private static final NodeId SELF = new NodeId("self");
    private static final NodeId PEER = new NodeId("peer");
    private static final NodeId OTHER = new NodeId("other");
    private static final String ADDRESS = Addresses.control(SELF);
    private static final Duration PERIOD = Duration.ofMillis(20);
    private static final int LIMIT_SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong skippedNanos = new AtomicLong();
    private final HeardProbes heard = new HeardProbes(this::nanos);
    private final BlockingQueue<Set<String>> renewed = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> gaveUp = new CompletableFuture<>();

    @BeforeEach
    void open() {
        ProtocolCodecs.registerAll(vertx.eventBus());
        BusGate.install(vertx, registry, heard::arrived);
        vertx.eventBus().consumer(ADDRESS, message -> {
            throw new AssertionError("a probe reached the consumer");
        });
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private long nanos() {
        return System.nanoTime() + skippedNanos.get();
    }

    private void care(List<NodeId> peers) {
        SelfCare care = new SelfCare(
                new SelfCare.Means(
                        SELF,
                        () -> peers,
                        () -> List.of(ADDRESS),
                        heard,
                        renewed::add,
                        () -> 0,
                        () -> gaveUp.complete(null),
                        this::nanos),
                PERIOD,
                registry);
        vertx.deployVerticle(care).toCompletionStage().toCompletableFuture().join();
    }

    /** A peer that does what it is asked, or only says so. */
    private void peer(NodeId node, boolean honest) {
        vertx.eventBus().<ProbeRequest>consumer(Addresses.probe(node), question -> {
            if (honest) {
                vertx.eventBus().send(question.body().address(), new Probe(node));
            }
            question.reply(new ProbeReply(true));
        });
    }

    @Test
    void registersAgainWhereItIsNotHeardAndGivesUpWhenThatDoesNotHelp() throws Exception {
        peer(PEER, false);
        care(List.of(PEER));

        assertThat(renewed.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).containsExactly(ADDRESS);
        assertThat(gaveUp).isNotDone();

        skippedNanos.addAndGet(SelfTrust.PATIENCE.toNanos());
        gaveUp.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void isContentWhereItIsHeard() throws Exception {
        peer(PEER, true);
        care(List.of(PEER));
        assertNothingHappens();
    }

    @Test
    void isContentAlone() throws Exception {
        care(List.of());
        assertNothingHappens();
    }

    @Test
    void doesNotGiveUpForOnePeerThatIsLost() throws Exception {
        care(List.of(PEER));
        assertNothingHappens();
    }

    @Test
    void givesUpWhereTwoPeersAreNotReached() throws Exception {
        care(List.of(PEER, OTHER));
        Assertions.assertThatThrownBy(() -> gaveUp.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

        skippedNanos.addAndGet(SelfTrust.PATIENCE.toNanos());
        gaveUp.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(renewed).isEmpty();
    }

    private void assertNothingHappens() {
        Assertions.assertThatThrownBy(() -> gaveUp.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        skippedNanos.addAndGet(SelfTrust.PATIENCE.toNanos());
        Assertions.assertThatThrownBy(() -> gaveUp.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(renewed).isEmpty();
    }
}
