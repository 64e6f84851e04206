package io.insula.protocol;

import java.util.function.Consumer;

/**
 * Tells at once which nodes left the cluster, where something knows it sooner than their leases end.
 *
 * <p>It is a hint: who is told of no departure waits for the lease, and a node that is said to have left and speaks again is
 * there again.
 *
 * <p><b>Thread:</b> listeners are called on any thread.
 */
@FunctionalInterface
public interface NodeDepartures {

    /** Nobody's departure is known. */
    NodeDepartures NONE = listener -> () -> {};

    /**
     * Calls the listener with each node that leaves from now on.
     *
     * @return ends that
     */
    Runnable listen(Consumer<NodeId> listener);
}
