package io.insula.inference.schedule;

import io.insula.inference.engine.EngineShape;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives slots to the streams that wait, and takes them back for tenants that are owed service.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Placement {

    private final OpenEngine open;
    private final Backlog backlog;
    private final VirtualCounters counters;
    private final Preemption preemption;
    private final Roster roster;
    private final QueueSpace space;
    private final SchedulerMeters meters;
    private final LongSupplier nanos;

    Placement(
            OpenEngine open,
            Backlog backlog,
            VirtualCounters counters,
            Roster roster,
            QueueSpace space,
            SchedulerMeters meters,
            LongSupplier nanos) {
        this.open = open;
        this.backlog = backlog;
        this.counters = counters;
        this.preemption = new Preemption(open, backlog, counters);
        this.roster = roster;
        this.space = space;
        this.meters = meters;
        this.nanos = nanos;
    }

    /** Lets streams begin or go on, in the order of their tenants' service, as long as there are slots for them. */
    void fill() {
        ScheduledStream next = backlog.next(this::mayBegin);
        while (next != null && hasRoom(next)) {
            place(next);
            next = backlog.next(this::mayBegin);
        }
    }

    private boolean mayBegin(ScheduledStream stream) {
        return stream.prompted() || (open.slots().takesPromptOf(stream.tenant()) && !waitsForMemory(stream));
    }

    /** Whether the prompt has to be kept for choices that get no slot yet, and what is parked leaves no memory for it. */
    private boolean waitsForMemory(ScheduledStream stream) {
        Parking keeper = keeper(stream);
        return keeper != null && !keeper.hasReserved(stream) && !keeper.fits(stream.prompt().length);
    }

    /** What keeps the prompt of a stream with more choices than there are slots; null when there are not, or it never can. */
    private @Nullable Parking keeper(ScheduledStream stream) {
        Parking parking = open.parking();
        boolean keeps = parking != null
                && stream.choices().size() > open.shape().slots()
                && stream.prompt().length <= parking.mostTokens();
        return keeps ? parking : null;
    }

    private boolean hasRoom(ScheduledStream stream) {
        Parking keeper = stream.started() ? null : keeper(stream);
        if (keeper != null) {
            // Before the victims are parked, so that there is room for both.
            keeper.reserve(stream);
        }
        int missing = stream.slotsWanted(open.shape().slots()) - open.slots().free();
        if (missing <= 0) {
            return true;
        }
        List<Choice> victims = preemption.victims(stream, missing);
        victims.forEach(this::park);
        return !victims.isEmpty();
    }

    private void park(Choice victim) {
        int slot = open.slots().slotOf(victim);
        parking().park(List.of(victim), slot, open.engine().length(slot));
        open.slots().leave(victim);
        backlog.add(victim.stream(), false);
        meters.preempted();
    }

    private void place(ScheduledStream stream) {
        if (stream.started()) {
            resume(stream);
        } else {
            begin(stream);
        }
    }

    private void resume(ScheduledStream stream) {
        Choice choice = stream.choices().stream()
                .filter(Choice::parked)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a started stream waits with nothing parked"));
        int slot =
                stream.prompted() ? open.slots().rejoin(choice) : open.slots().beginPrefill(choice, false);
        parking().unpark(choice, slot);
        got(stream);
    }

    /** Where a choice is parked, there is room for parking. */
    private Parking parking() {
        return Objects.requireNonNull(open.parking());
    }

    /**
     * Lets the choices of a prefilled prompt that have no slot wait for one, with a copy of the prompt.
     *
     * @param slot the prompt's
     */
    void postpone(ScheduledStream stream, List<Choice> choices, int slot) {
        open.cancelReservation(stream);
        if (!choices.isEmpty()) {
            parking().park(choices, slot, stream.prompt().length);
            backlog.add(stream, false);
        }
    }

    private void begin(ScheduledStream stream) {
        space.giveBack(stream.kvTokens());
        stream.start(nanos.getAsLong());
        boolean fresh = backlog.fresh(stream.tenant());
        got(stream);
        String fault = fault(stream);
        if (fault != null) {
            roster.end(stream, Outcome.REFUSED, fault);
            return;
        }
        meters.gotSlotAfter(stream.waitedNanos());
        int slot = open.slots().beginPrefill(stream.first(), fresh);
        PrefixCache prefixes = open.prefixes();
        if (prefixes != null && !Scoring.ofPrompt(stream)) {
            // What is known need not be computed, and then has no logits to score the next token by.
            PrefixLease prefix = prefixes.lease(stream.tenant(), stream.prompt());
            stream.hold(prefix);
            prefix.load(slot);
            meters.prefix(stream.cached());
        }
        counters.charge(
                stream.tenant(),
                stream.weight(),
                VirtualCounters.INPUT_COST * (stream.prompt().length - stream.cached()));
    }

    private void got(ScheduledStream stream) {
        TenantId tenant = stream.tenant();
        if (!stream.waits()) {
            backlog.remove(stream);
        }
        backlog.served(tenant);
    }

    private @Nullable String fault(ScheduledStream stream) {
        EngineShape shape = open.shape();
        if (Scoring.ofPrompt(stream) && open.scorer() == null) {
            return "prompt log-probabilities: this engine tells none";
        }
        for (int token : stream.prompt()) {
            if (token < 0 || token >= shape.vocabulary()) {
                return "prompt: token " + token + " (expected: 0.." + (shape.vocabulary() - 1) + ")";
            }
        }
        for (TokenIds delivered : stream.command().resumeTokens()) {
            for (int token : delivered.toArray()) {
                if (token < 0 || token >= shape.vocabulary()) {
                    return "resume tokens: " + token + " (expected: 0.." + (shape.vocabulary() - 1) + ")";
                }
            }
        }
        long needed = (long) stream.prompt().length + stream.maxTokens();
        if (needed > shape.slotTokens()) {
            return "prompt and answer: " + needed + " tokens (expected: <= " + shape.slotTokens() + ")";
        }
        return stream.choices().size() > shape.slots() && keeper(stream) == null
                ? "choices: " + stream.choices().size() + " (expected: <= " + shape.slots() + ")"
                : null;
    }
}
