package io.insula.inference.schedule;

import io.insula.protocol.TenantId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the service that each tenant got, so that the least served one can be next.
 *
 * <p>A tenant whose first stream begins to wait is lifted to the least counter of those that wait: nobody saves up service
 * while away. When none waits, it is lifted to the tenant that waited last.
 *
 * <p><b>Units:</b> a prompt token costs {@link #INPUT_COST}, a generated one {@link #OUTPUT_COST}, divided by the tenant's
 * weight.
 *
 * <p><b>Thread:</b> one at a time.
 *
 * <p><b>Source:</b> Sheng et al., "Fairness in serving large language models", OSDI 2024, algorithms 2 and 3.
 */
final class VirtualCounters {

    static final double INPUT_COST = 1;
    static final double OUTPUT_COST = 2;

    private final Map<TenantId, Double> counters = new HashMap<>();
    private final Set<TenantId> waiting = new LinkedHashSet<>();
    private final Set<TenantId> gone = new HashSet<>();
    private @Nullable TenantId waitedLast;

    /** The first of a tenant's streams waits. */
    void waits(TenantId tenant) {
        counters.merge(tenant, floor(), Math::max);
        gone.remove(tenant);
        waiting.add(tenant);
    }

    /** None of a tenant's streams waits any longer. */
    void waitsNoMore(TenantId tenant) {
        waiting.remove(tenant);
        waitedLast = tenant;
    }

    /** A tenant has no stream here any longer; what it is owed or owes is remembered while it matters. */
    void leaves(TenantId tenant) {
        gone.add(tenant);
        double floor = floor();
        // Whoever is not above the floor would be lifted to it on return.
        gone.removeIf(who -> !who.equals(waitedLast) && of(who) <= floor && counters.remove(who) != null);
    }

    void charge(TenantId tenant, double weight, double cost) {
        counters.merge(tenant, cost / weight, Double::sum);
    }

    double of(TenantId tenant) {
        return counters.getOrDefault(tenant, 0.0);
    }

    /** How far the tenants that wait are apart. */
    double spread() {
        double least = floor();
        return waiting.stream().mapToDouble(this::of).max().orElse(least) - least;
    }

    /** Tenants of which something is remembered. */
    int size() {
        return counters.size();
    }

    private double floor() {
        return waiting.stream().mapToDouble(this::of).min().orElseGet(() -> waitedLast == null ? 0 : of(waitedLast));
    }
}
