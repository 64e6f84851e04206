package io.insula.inference;

import io.insula.protocol.Addresses;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.RequestId;
import io.insula.protocol.UsageTaken;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands usage of silent HTTP nodes' streams to living ones, until one has taken it or the silent node is heard again.
 *
 * <p>Of a taker that still hears the silent node the mail asks again later. What nobody takes in {@link #PATIENCE} is given up,
 * and counted: either its node lives somewhere and accounts for its streams itself, or there was no HTTP node for that long.
 *
 * <p><b>Thread:</b> {@link #add} is safe on any thread; the rest belongs to one event loop.
 */
final class OrphanedUsageMail {

    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Logger log = LoggerFactory.getLogger(OrphanedUsageMail.class);
    private static final long ANSWER_MILLIS = 5_000;
    private static final long LONGEST_PAUSE_SECONDS = 30;
    private static final int MOST_WAITING = 10_000;
    private static final int MOST_UNDERWAY = 64;
    /** The version that brought the message. */
    private static final int SPOKEN_SINCE = 3;

    private record Key(RequestId request, int attempt) {}

    private static final class Letter {

        final OrphanedUsage usage;
        final long bornNanos;
        long dueNanos;
        int tries;
        boolean underway;

        Letter(OrphanedUsage usage, long nowNanos) {
            this.usage = usage;
            this.bornNanos = nowNanos;
            this.dueNanos = nowNanos;
        }
    }

    private final EventBus bus;
    private final Context context;
    private final ApiNodes nodes;
    private final LongSupplier nanos;
    private final Map<Key, Letter> letters = new LinkedHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Counter handedOver;
    private final Counter givenUp;
    private int underway;
    private @Nullable Promise<Void> delivered;

    /**
     * @param context the event loop's
     * @param nanos a clock as {@link System#nanoTime}
     */
    OrphanedUsageMail(EventBus bus, Context context, ApiNodes nodes, MeterRegistry registry, LongSupplier nanos) {
        this.bus = bus;
        this.context = context;
        this.nodes = nodes;
        this.nanos = nanos;
        Gauge.builder("insula.inference.orphans.waiting", waiting, AtomicInteger::get)
                .description("Usage of silent HTTP nodes' streams that no living one has taken yet")
                .register(registry);
        handedOver = Counter.builder("insula.inference.orphans.taken")
                .description("Usage of silent HTTP nodes' streams that a living one took")
                .register(registry);
        givenUp = Counter.builder("insula.inference.orphans.dropped")
                .description("Usage of silent HTTP nodes' streams that nobody took in time")
                .register(registry);
    }

    /** Takes usage on its way. */
    void add(OrphanedUsage usage) {
        context.runOnContext(now -> {
            if (letters.size() >= MOST_WAITING) {
                givenUp.increment();
                log.error(
                        "{} requests' usage waits for an HTTP node; that of {} is dropped",
                        MOST_WAITING,
                        usage.request());
                return;
            }
            letters.putIfAbsent(new Key(usage.request(), usage.attempt()), new Letter(usage, nanos.getAsLong()));
            waiting.set(letters.size());
            sendDue();
        });
    }

    /** A node that lives accounts for its streams itself. */
    void heard(ApiStatus status) {
        if (!status.leaving()
                && letters.values().removeIf(letter -> letter.usage.apiNode().equals(status.node()))) {
            log.info("HTTP node {} is heard again and accounts for its streams itself", status.node());
            changed();
        }
    }

    /** Sends what is due; to be called every second. */
    void sendDue() {
        long now = nanos.getAsLong();
        for (Letter letter : List.copyOf(letters.values())) {
            if (letter.underway || underway >= MOST_UNDERWAY || now - letter.dueNanos < 0) {
                continue;
            }
            if (now - letter.bornNanos > PATIENCE.toNanos()) {
                givenUp.increment();
                log.warn(
                        "No HTTP node took the usage of {} of node {}", letter.usage.request(), letter.usage.apiNode());
                remove(letter);
                continue;
            }
            NodeId taker = taker(letter);
            if (taker != null) {
                send(letter, taker);
            }
        }
    }

    /** Completes when nothing waits any longer, the limit has passed, or there is nobody to take it. */
    Future<Void> close(Duration limit) {
        if (nodes.living(SPOKEN_SINCE).isEmpty() && !letters.isEmpty()) {
            log.warn("The usage of {} requests is dropped: there is no HTTP node", letters.size());
            return Future.succeededFuture();
        }
        Promise<Void> end = Promise.promise();
        delivered = end;
        changed();
        return end.future()
                .timeout(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS)
                .onFailure(
                        late -> log.error("The usage of {} requests is dropped: no HTTP node took it", letters.size()))
                .otherwiseEmpty();
    }

    /** Another one with each try. */
    private @Nullable NodeId taker(Letter letter) {
        List<NodeId> living = nodes.living(SPOKEN_SINCE).stream()
                .filter(node -> !node.equals(letter.usage.apiNode()))
                .sorted(Comparator.comparing(NodeId::value))
                .toList();
        int turn = letter.usage.request().hashCode() + letter.tries;
        return living.isEmpty() ? null : living.get(Math.floorMod(turn, living.size()));
    }

    private void send(Letter letter, NodeId taker) {
        letter.underway = true;
        letter.tries++;
        underway++;
        bus.<UsageTaken>request(
                        Addresses.usage(taker),
                        letter.usage,
                        ProtocolCodecs.delivery(OrphanedUsage.class, nodes.newestVersion(taker))
                                .setSendTimeout(ANSWER_MILLIS))
                .map(Message::body)
                .onComplete(answer -> {
                    underway--;
                    letter.underway = false;
                    if (answer.succeeded() && answer.result().recorded()) {
                        handedOver.increment();
                        remove(letter);
                    } else {
                        long pause = Math.min(LONGEST_PAUSE_SECONDS, 1L << Math.min(letter.tries - 1, 5));
                        letter.dueNanos = nanos.getAsLong() + TimeUnit.SECONDS.toNanos(pause);
                    }
                    sendDue();
                });
    }

    private void remove(Letter letter) {
        letters.remove(new Key(letter.usage.request(), letter.usage.attempt()), letter);
        changed();
    }

    private void changed() {
        waiting.set(letters.size());
        if (letters.isEmpty() && delivered != null) {
            delivered.tryComplete();
        }
    }
}
