package io.insula.inference.schedule;

import io.insula.protocol.TenantId;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which waiting stream is next: the least served tenant's, and of a tenant's own the one that came first.
 *
 * <p>A stream waits until its prompt has a slot, and again while any of its choices is parked.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Backlog {

    private final VirtualCounters counters;
    private final Map<TenantId, TreeMap<Long, ScheduledStream>> streams = new LinkedHashMap<>();
    private final Set<TenantId> fresh = new HashSet<>();

    Backlog(VirtualCounters counters) {
        this.counters = counters;
    }

    /**
     * Lets a stream wait.
     *
     * @param unserved whether its tenant holds no slot
     */
    void add(ScheduledStream stream, boolean unserved) {
        TenantId tenant = stream.tenant();
        TreeMap<Long, ScheduledStream> own = streams.get(tenant);
        if (own == null) {
            own = new TreeMap<>();
            streams.put(tenant, own);
            counters.waits(tenant);
            if (unserved) {
                fresh.add(tenant);
            }
        }
        own.put(stream.ordinal(), stream);
    }

    /** Takes out a stream that got what it waited for or is no longer wanted; false when it does not wait. */
    boolean remove(ScheduledStream stream) {
        TenantId tenant = stream.tenant();
        TreeMap<Long, ScheduledStream> own = streams.get(tenant);
        if (own == null || !own.remove(stream.ordinal(), stream)) {
            return false;
        }
        if (own.isEmpty()) {
            streams.remove(tenant);
            fresh.remove(tenant);
            counters.waitsNoMore(tenant);
        }
        return true;
    }

    /** The stream whose turn it is, of the tenants whose first stream may begin. */
    @Nullable
    ScheduledStream next(Predicate<ScheduledStream> mayBegin) {
        return streams.values().stream()
                .map(own -> own.firstEntry().getValue())
                .filter(mayBegin)
                .min(Comparator.<ScheduledStream>comparingDouble(first -> counters.of(first.tenant()))
                        .thenComparing(first -> !fresh(first.tenant()))
                        .thenComparingLong(ScheduledStream::ordinal))
                .orElse(null);
    }

    /** Whether a tenant came back with nothing running and has got nothing since. */
    boolean fresh(TenantId tenant) {
        return fresh.contains(tenant);
    }

    /** A tenant got a slot. */
    void served(TenantId tenant) {
        fresh.remove(tenant);
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }
}
