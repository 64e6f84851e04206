package io.insula.inference.schedule;

import io.insula.protocol.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Chooses whose slot a waiting stream gets when none is free.
 *
 * <p>A tenant that comes back with nothing running gets its slot at once from whoever was served no less. After that, slots
 * change hands only for a difference of service, and from choices that had theirs for a while, so that saving and loading
 * stay small beside the work between them.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Preemption {

    /** Steps that a choice keeps its slot for. */
    static final int QUANTUM_STEPS = 64;

    /** What a tenant is behind before it takes a second slot: what a choice is charged in its time. */
    static final double MARGIN = QUANTUM_STEPS * VirtualCounters.OUTPUT_COST;

    private final OpenEngine open;
    private final Backlog backlog;
    private final VirtualCounters counters;

    Preemption(OpenEngine open, Backlog backlog, VirtualCounters counters) {
        this.open = open;
        this.backlog = backlog;
        this.counters = counters;
    }

    /** The choices that give their slots, the most served tenants' newest first; none when they are not enough. */
    List<Choice> victims(ScheduledStream stream, int missing) {
        Parking parking = open.parking();
        if (parking == null) {
            return List.of();
        }
        Slots slots = open.slots();
        TenantId tenant = stream.tenant();
        Map<TenantId, Integer> left = new HashMap<>();
        List<Choice> victims = new ArrayList<>();
        long tokens = 0;
        int freed = 0;
        for (Choice candidate : candidates(tenant)) {
            TenantId owner = candidate.stream().tenant();
            int gives = candidate.stream().slotsWanted(open.shape().slots());
            int leaves = left.computeIfAbsent(owner, slots::heldBy) - gives;
            int saved = open.engine().length(slots.slotOf(candidate));
            boolean firstSlots = backlog.fresh(tenant) && leaves >= freed;
            boolean owed = firstSlots ? atOnce(tenant, owner) : inTurn(tenant, candidate);
            if (saved > 0 && owed && parking.fits(tokens + saved)) {
                victims.add(candidate);
                left.put(owner, leaves);
                tokens += saved;
                freed += gives;
                if (freed >= missing) {
                    return victims;
                }
            }
        }
        return List.of();
    }

    private List<Choice> candidates(TenantId tenant) {
        return Stream.concat(open.slots().rows(), open.slots().prefilling().stream())
                .filter(choice -> !choice.stream().tenant().equals(tenant))
                .sorted(Comparator.<Choice>comparingDouble(
                                choice -> -counters.of(choice.stream().tenant()))
                        .thenComparing(Comparator.comparingLong(
                                        (Choice choice) -> choice.stream().ordinal())
                                .reversed()))
                .toList();
    }

    private boolean atOnce(TenantId tenant, TenantId owner) {
        return counters.of(tenant) <= counters.of(owner);
    }

    private boolean inTurn(TenantId tenant, Choice candidate) {
        return candidate.turns() >= QUANTUM_STEPS
                && counters.of(tenant) + MARGIN
                        <= counters.of(candidate.stream().tenant());
    }
}
