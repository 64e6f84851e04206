package io.insula.inference.schedule;

import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.TenantId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The streams that wait or run, and the one way in which each of them ends.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Roster {

    private static final int MEAN_WEIGHT = 8;

    private final Backlog backlog;
    private final VirtualCounters counters;
    private final QueueSpace space;
    private final Outbox outbox;
    private final LongSupplier nanos;
    private final Consumer<ScheduledStream> release;
    private final Consumer<ScheduledStream> whenEnded;
    private final Map<RequestId, ScheduledStream> streams = new LinkedHashMap<>();
    private final Map<TenantId, Integer> tenants = new HashMap<>();
    private final List<ScheduledStream> ended = new ArrayList<>();
    private long meanServiceNanos;

    /**
     * @param release frees what a stream holds of the engine
     * @param whenEnded is told of each stream once, after its last frame is on its way
     */
    Roster(
            Backlog backlog,
            VirtualCounters counters,
            QueueSpace space,
            Outbox outbox,
            LongSupplier nanos,
            Consumer<ScheduledStream> release,
            Consumer<ScheduledStream> whenEnded) {
        this.backlog = backlog;
        this.counters = counters;
        this.space = space;
        this.outbox = outbox;
        this.nanos = nanos;
        this.release = release;
        this.whenEnded = whenEnded;
    }

    /**
     * Lets a stream wait; an earlier attempt of its request ends.
     *
     * @param unserved whether its tenant holds no slot
     */
    void add(ScheduledStream stream, boolean unserved) {
        ScheduledStream superseded = streams.put(stream.id(), stream);
        tenants.merge(stream.tenant(), 1, Integer::sum);
        backlog.add(stream, unserved);
        if (superseded != null) {
            end(superseded, Outcome.CANCELLED, null);
        }
    }

    @Nullable
    ScheduledStream get(RequestId request) {
        return streams.get(request);
    }

    Collection<ScheduledStream> streams() {
        return streams.values();
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    /** How long a stream holds its slot, a moving average. */
    long meanServiceNanos() {
        return meanServiceNanos;
    }

    /** Sends a stream's last frame and frees what it holds. */
    void end(ScheduledStream stream, Outcome outcome, @Nullable String error) {
        long now = nanos.getAsLong();
        streams.remove(stream.id(), stream);
        outbox.add(stream.command(), stream.end(outcome, error, now));
        ended.add(stream);
        backlog.remove(stream);
        if (stream.started()) {
            long served = stream.servedNanos(now);
            meanServiceNanos =
                    meanServiceNanos == 0 ? served : meanServiceNanos + (served - meanServiceNanos) / MEAN_WEIGHT;
        } else {
            space.giveBack(stream.kvTokens());
        }
        release.accept(stream);
        TenantId tenant = stream.tenant();
        if (tenants.merge(tenant, -1, Roster::sumUnlessNone) == null) {
            counters.leaves(tenant);
        }
    }

    void endWhere(Predicate<ScheduledStream> which, Outcome outcome, @Nullable String error) {
        streams.values().stream().filter(which).toList().forEach(stream -> end(stream, outcome, error));
    }

    /** Tells of the streams that ended, once their frames are sent. */
    void announceEnded() {
        ended.forEach(whenEnded);
        ended.clear();
    }

    private static @Nullable Integer sumUnlessNone(Integer streams, Integer more) {
        int sum = streams + more;
        return sum == 0 ? null : sum;
    }
}
