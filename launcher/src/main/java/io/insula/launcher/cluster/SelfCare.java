package io.insula.launcher.cluster;

import io.insula.protocol.Addresses;
import io.insula.protocol.NodeId;
import io.insula.protocol.ProbeRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a peer try whether this node is heard where it listens, mends the subscriptions when it is not, and gives the node
 * up when that does not help.
 *
 * <p><b>Thread:</b> one event loop.
 */
public final class SelfCare extends VerticleBase {

    /**
     * What it works with.
     *
     * @param self this node
     * @param peers who else is a member
     * @param addresses where this node listens
     * @param heard what arrived
     * @param renew registers these addresses again; blocks
     * @param sweep takes out the subscriptions of nodes that are gone; blocks
     * @param giveUp ends this process so that it is started anew
     * @param nanos a clock as {@link System#nanoTime}
     */
    public record Means(
            NodeId self,
            Supplier<List<NodeId>> peers,
            Supplier<List<String>> addresses,
            HeardProbes heard,
            Consumer<Set<String>> renew,
            Supplier<Integer> sweep,
            Runnable giveUp,
            LongSupplier nanos) {}

    private static final Logger log = LoggerFactory.getLogger(SelfCare.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);
    /** Between the peer's sending and the arrival here, on a busy machine. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(500);

    private static final Duration SWEEP_PERIOD = Duration.ofSeconds(60);

    private final Means means;
    private final Duration period;
    private final SelfTrust trust;
    private final Counter misses;
    private final Map<NodeId, Long> askedNanos = new HashMap<>();
    private boolean probing;
    private boolean mending;
    private boolean givenUp;

    public SelfCare(Means means, MeterRegistry registry) {
        this(means, PERIOD, registry);
    }

    /**
     * @param period between two tries
     */
    SelfCare(Means means, Duration period, MeterRegistry registry) {
        this.means = means;
        this.period = period;
        this.trust = new SelfTrust(means.nanos());
        this.misses = Counter.builder("insula.cluster.missed.probes")
                .description("addresses of this node where a peer's probe did not arrive")
                .register(registry);
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(period.toMillis(), tick -> probe());
        vertx.setPeriodic(SWEEP_PERIOD.toMillis(), tick -> sweep());
        return ProbeHelp.offer(vertx, means.self());
    }

    /** Looks at once, since members came or went. */
    public void lookNow() {
        context.runOnContext(now -> {
            sweep();
            probe();
        });
    }

    private void probe() {
        if (probing || mending) {
            return;
        }
        List<NodeId> peers = means.peers().get();
        askedNanos.keySet().retainAll(peers);
        if (peers.isEmpty()) {
            trust.restored();
            return;
        }
        NodeId peer = peers.stream()
                .min(Comparator.comparingLong(candidate -> askedNanos.getOrDefault(candidate, Long.MIN_VALUE)))
                .orElseThrow();
        long began = means.nanos().getAsLong();
        askedNanos.put(peer, began);
        means.heard().forgetBefore(began - SelfTrust.PATIENCE.toNanos());
        probing = true;
        List<String> addresses = means.addresses().get();
        List<Future<?>> answers =
                addresses.stream().<Future<?>>map(address -> ask(peer, address)).toList();
        Future.join(answers)
                .onComplete(asked -> vertx.setTimer(
                        ON_THE_WAY.toMillis(),
                        late -> conclude(
                                peer, began, addresses, answers.stream().allMatch(Future::failed))));
    }

    /** Fails where the peer gives no answer, whatever it would have been. */
    private Future<?> ask(NodeId peer, String address) {
        return vertx.eventBus()
                .request(
                        Addresses.probe(peer),
                        new ProbeRequest(address),
                        ProbeHelp.within(ProbeHelp.REPLY_LIMIT.multipliedBy(2)));
    }

    private void conclude(NodeId peer, long began, List<String> addresses, boolean unanswered) {
        probing = false;
        Set<String> missed = addresses.stream()
                .filter(address -> !means.heard().since(began, address, peer))
                .collect(Collectors.toSet());
        if (missed.isEmpty()) {
            trust.restored();
        } else if (unanswered) {
            trust.unanswered(peer);
        } else {
            trust.missed();
            misses.increment(missed.size());
            mend(peer, missed);
        }
        if (trust.isLost() && !givenUp) {
            givenUp = true;
            log.error("This node has not been heard for {} s; it starts anew", SelfTrust.PATIENCE.toSeconds());
            means.giveUp().run();
        }
    }

    private void mend(NodeId peer, Set<String> missed) {
        log.warn("Probes of node {} do not arrive at {}; registering there again", peer, missed);
        mending = true;
        vertx.<@Nullable Void>executeBlocking(() -> {
                    means.renew().accept(missed);
                    return null;
                })
                .onComplete(mended -> {
                    mending = false;
                    if (mended.failed()) {
                        log.warn("Registering again failed: {}", String.valueOf(mended.cause()));
                    }
                });
    }

    private void sweep() {
        vertx.executeBlocking(() -> means.sweep().get())
                .onSuccess(stale -> {
                    if (stale != null && stale > 0) {
                        log.info("{} subscriptions of nodes that are gone were taken out", stale);
                    }
                })
                .onFailure(failure -> log.warn("The subscriptions cannot be looked through: {}", failure.toString()));
    }
}
