package io.insula.inference.admission;

import io.insula.inference.schedule.FrameSink;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.ConfigId;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.TenantId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees what goes to the HTTP nodes, and reports the usage of those streams that their node cannot have accounted for.
 *
 * <p>A node whose lease ended orphans its streams: those that end from then on, and those whose end it was sent so shortly before
 * it was last heard that it may not have lived to see it. A node that is heard again accounts for its streams itself, and so
 * does one that leaves on purpose.
 *
 * <p><b>Thread:</b> safe on any thread; holds no lock while it sends or reports.
 */
public final class StreamAccounts implements FrameSink {

    /** A node that is heard so long after a stream's end has accounted for it. */
    private static final long SURE_NANOS = 2 * Leases.PERIOD.toNanos();

    private static final int MOST_ENDED = 10_000;
    private static final int MOST_GONE = 1_000;
    /** Longer than any stream of a gone node takes to be cancelled. */
    private static final Duration GONE_MEMORY = Duration.ofMinutes(10);

    private record Attempt(RequestId request, int attempt) {}

    private record Ended(OrphanedUsage usage, long nanos) {}

    /** Who is accounted for, and how its choices ended. */
    private static final class Account {

        final NodeId apiNode;
        final TenantId tenant;
        final @Nullable UUID key;
        final @Nullable ConfigId config;
        final ModelName model;
        FinishReason finish = FinishReason.STOP;

        Account(GenerateCommand command) {
            this.apiNode = command.apiNode();
            this.tenant = command.tenant();
            this.key = command.key();
            this.config = command.config();
            this.model = command.model();
        }

        void finished(FinishReason ofChoice) {
            // A choice that was cut short says more than one that called, and that more than one that came to its end.
            if (ofChoice == FinishReason.LENGTH || finish == FinishReason.STOP) {
                finish = ofChoice;
            }
        }

        OrphanedUsage usage(StreamEnd end) {
            return new OrphanedUsage(
                    apiNode,
                    end.request(),
                    end.attempt(),
                    tenant,
                    key,
                    config,
                    model,
                    end.outcome(),
                    end.outcome() == Outcome.COMPLETED ? finish : null,
                    end.usage(),
                    end.timings());
        }
    }

    private final FrameSink sink;
    private final Consumer<OrphanedUsage> orphanage;
    private final LongSupplier nanos;
    private final Map<Attempt, Account> open = new HashMap<>();
    private final Map<NodeId, Deque<Ended>> ended = new HashMap<>();
    private int endedStreams;

    /** Nodes without a lease; true where that ended, false where they left. */
    private final RecentMap<NodeId, Boolean> gone;

    /**
     * @param sink where the frames go
     * @param orphanage takes the usage of each orphaned stream; called on any thread, must not block
     * @param nanos a clock as {@link System#nanoTime}
     */
    public StreamAccounts(FrameSink sink, Consumer<OrphanedUsage> orphanage, LongSupplier nanos) {
        this.sink = sink;
        this.orphanage = orphanage;
        this.nanos = nanos;
        this.gone = new RecentMap<>(GONE_MEMORY, MOST_GONE, nanos);
    }

    /** A command that may become a stream. */
    synchronized void opened(GenerateCommand command) {
        gone.remove(command.apiNode());
        open.put(new Attempt(command.request(), command.attempt()), new Account(command));
    }

    /** A command that became none. */
    synchronized void refused(GenerateCommand command) {
        open.remove(new Attempt(command.request(), command.attempt()));
    }

    /** An HTTP node lives, or leaves: either way what it was told of long enough ago is accounted for. */
    synchronized void heard(ApiStatus status) {
        if (status.leaving()) {
            forget(status.node(), Long.MAX_VALUE);
            gone.put(status.node(), false);
        } else {
            gone.remove(status.node());
            forget(status.node(), nanos.getAsLong() - SURE_NANOS);
        }
    }

    /** An HTTP node's lease ended, or it is gone; one that had said that it leaves has accounted for its streams. */
    void silent(NodeId node) {
        List<OrphanedUsage> orphans = new ArrayList<>();
        synchronized (this) {
            if (Boolean.FALSE.equals(gone.get(node))) {
                return;
            }
            gone.put(node, true);
            Deque<Ended> ofNode = ended.remove(node);
            if (ofNode != null) {
                endedStreams -= ofNode.size();
                ofNode.forEach(stream -> orphans.add(stream.usage()));
            }
        }
        orphans.forEach(orphanage);
    }

    @Override
    public void send(NodeId apiNode, int apiInstance, List<StreamFrame> frames) {
        List<OrphanedUsage> orphans = note(frames);
        sink.send(apiNode, apiInstance, frames);
        orphans.forEach(orphanage);
    }

    private synchronized List<OrphanedUsage> note(List<StreamFrame> frames) {
        List<OrphanedUsage> orphans = List.of();
        for (StreamFrame frame : frames) {
            if (frame instanceof StreamDelta delta && delta.finish() != null) {
                Account account = open.get(new Attempt(delta.request(), delta.attempt()));
                if (account != null) {
                    account.finished(delta.finish());
                }
            } else if (frame instanceof StreamEnd end) {
                Account account = open.remove(new Attempt(end.request(), end.attempt()));
                if (account != null) {
                    OrphanedUsage usage = account.usage(end);
                    if (isOrphan(usage)) {
                        orphans = orphans.isEmpty() ? new ArrayList<>() : orphans;
                        orphans.add(usage);
                    }
                }
            }
        }
        return orphans;
    }

    /** Whether its node is silent already; while that lives the usage is remembered. */
    private boolean isOrphan(OrphanedUsage usage) {
        Boolean silent = gone.get(usage.apiNode());
        if (silent == null) {
            Deque<Ended> ofNode = ended.computeIfAbsent(usage.apiNode(), any -> new ArrayDeque<>());
            ofNode.add(new Ended(usage, nanos.getAsLong()));
            endedStreams++;
            if (endedStreams > MOST_ENDED) {
                ofNode.remove();
                endedStreams--;
            }
        }
        return Boolean.TRUE.equals(silent);
    }

    private void forget(NodeId node, long untilNanos) {
        Deque<Ended> ofNode = ended.get(node);
        if (ofNode == null) {
            return;
        }
        while (!ofNode.isEmpty()
                && (untilNanos == Long.MAX_VALUE || ofNode.element().nanos() - untilNanos <= 0)) {
            ofNode.remove();
            endedStreams--;
        }
        if (ofNode.isEmpty()) {
            ended.remove(node);
        }
    }
}
