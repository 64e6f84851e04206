package io.insula.api.governance;

import io.insula.protocol.Addresses;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.Leases;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.UsageTaken;
import io.insula.protocol.wire.MalformedMessageException;
import io.insula.store.UsageEntry;
import io.insula.store.UsageKeeper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accounts for streams of HTTP nodes that fell silent, from what their engines know: provisional rows, which a node's own
 * replace should it come back.
 *
 * <p>While this node still hears the other one the engine is asked to come again.
 *
 * <p><b>Thread:</b> one event loop.
 */
public final class OrphanedUsageDesk {

    private static final Logger LOG = LoggerFactory.getLogger(OrphanedUsageDesk.class);
    private static final int MALFORMED = 400;
    private static final int NOT_KEPT = 503;

    private final NodeId node;
    private final UsageKeeper keeper;
    private final LongSupplier nanoClock;
    private final Counter taken;
    private final Map<NodeId, Long> heardNanos = new HashMap<>();
    private @Nullable MessageConsumer<OrphanedUsage> orphans;
    private @Nullable MessageConsumer<ApiStatus> statuses;

    /**
     * @param node this node
     * @param nanoClock monotonic nanoseconds
     */
    public OrphanedUsageDesk(NodeId node, UsageKeeper keeper, MeterRegistry meters, LongSupplier nanoClock) {
        this.node = node;
        this.keeper = keeper;
        this.nanoClock = nanoClock;
        this.taken = Counter.builder("insula.usage.orphans")
                .description("Usage rows taken for HTTP nodes that fell silent")
                .register(meters);
    }

    /** Registers this node's fixed address; completes when it can be sent to. */
    public Future<Void> open(EventBus bus) {
        orphans = bus.consumer(Addresses.usage(node), this::answer);
        statuses = bus.consumer(Addresses.API_STATUS, message -> heard(message.body()));
        return Future.all(orphans.completion(), statuses.completion()).mapEmpty();
    }

    public Future<Void> close() {
        Future<Void> orphansGone = orphans == null ? Future.succeededFuture() : orphans.unregister();
        Future<Void> statusesGone = statuses == null ? Future.succeededFuture() : statuses.unregister();
        return Future.join(orphansGone, statusesGone).mapEmpty();
    }

    void heard(ApiStatus status) {
        heardNanos.values().removeIf(this::expired);
        if (status.leaving()) {
            heardNanos.remove(status.node());
        } else {
            heardNanos.put(status.node(), nanoClock.getAsLong());
        }
    }

    /** A node left the cluster. */
    public void left(NodeId other) {
        heardNanos.remove(other);
    }

    Future<UsageTaken> take(OrphanedUsage usage) {
        if (lives(usage.apiNode())) {
            return Future.succeededFuture(new UsageTaken(usage.request(), false));
        }
        return keeper.keep(entry(usage)).map(kept -> {
            taken.increment();
            return new UsageTaken(usage.request(), true);
        });
    }

    private void answer(Message<OrphanedUsage> message) {
        OrphanedUsage usage;
        try {
            usage = message.body();
        } catch (MalformedMessageException e) {
            LOG.warn("A message to {} is dropped: {}", message.address(), e.getMessage());
            message.fail(MALFORMED, "not a message of this address");
            return;
        }
        take(usage).onSuccess(message::reply).onFailure(failure -> {
            LOG.warn("The usage of {} cannot be kept here: {}", usage.request(), failure.getMessage());
            message.fail(NOT_KEPT, "the usage cannot be kept");
        });
    }

    private boolean lives(NodeId other) {
        Long heard = heardNanos.get(other);
        return other.equals(node) || (heard != null && !expired(heard));
    }

    private boolean expired(long heard) {
        return nanoClock.getAsLong() - heard >= Leases.DURATION.toNanos();
    }

    private static UsageEntry entry(OrphanedUsage usage) {
        return new UsageEntry(
                usage.request(),
                usage.tenant(),
                usage.key(),
                usage.config(),
                usage.model(),
                usage.usage().promptTokens(),
                usage.usage().completionTokens(),
                usage.usage().cachedTokens(),
                usage.timings().queuedMicros(),
                usage.timings().firstTokenMicros(),
                usage.timings().totalMicros(),
                finish(usage),
                // Attempts are counted from 0; one that was refused by its engine may be among them.
                usage.attempt() + 1,
                true);
    }

    private static String finish(OrphanedUsage usage) {
        return switch (usage.outcome()) {
            case COMPLETED ->
                Objects.requireNonNullElse(usage.finish(), FinishReason.STOP)
                        .name()
                        .toLowerCase(Locale.ROOT);
            case CANCELLED, HANDED_OVER -> "cancelled";
            default -> "error";
        };
    }
}
