package io.insula.launcher.cluster;

import io.insula.protocol.NodeId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Decides from probes whether this node can still be believed to be reachable.
 *
 * <p>A peer that does not answer may itself be the one that is lost: one such peer says nothing of this node, two
 * different ones in a row do.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class SelfTrust {

    /** How long a node goes on that is not heard where it listens. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LongSupplier nanos;
    private final Set<NodeId> silentPeers = new HashSet<>();
    private boolean missed;
    private boolean doubted;
    private long doubtedSinceNanos;

    /**
     * @param nanos a clock as {@link System#nanoTime}
     */
    SelfTrust(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** This node was heard at all of its addresses, or nobody else is there to hear it. */
    void restored() {
        silentPeers.clear();
        missed = false;
        doubted = false;
    }

    /** A peer was not heard at some address of this node. */
    void missed() {
        missed = true;
        doubt();
    }

    /** A peer gave no answer. */
    void unanswered(NodeId peer) {
        silentPeers.add(peer);
        doubt();
    }

    private void doubt() {
        if (!doubted) {
            doubted = true;
            doubtedSinceNanos = nanos.getAsLong();
        }
    }

    /** Whether the node has been unreachable for so long that it should start anew. */
    boolean isLost() {
        boolean ownFault = missed || silentPeers.size() > 1;
        return doubted && ownFault && nanos.getAsLong() - doubtedSinceNanos >= PATIENCE.toNanos();
    }
}
