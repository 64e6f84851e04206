package io.insula.launcher.cluster;

import io.insula.protocol.NodeId;
import io.insula.protocol.Probe;
import io.insula.protocol.ProbeReply;
import io.vertx.core.eventbus.Message;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Remembers which probes arrived at this node, where and from whom.
 *
 * <p><b>Thread:</b> any.
 */
public final class HeardProbes {

    private record Arrival(String address, NodeId sender) {}

    private final LongSupplier nanos;
    private final Map<Arrival, Long> arrivals = new ConcurrentHashMap<>();

    /**
     * @param nanos a clock as {@link System#nanoTime}
     */
    public HeardProbes(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Takes what {@link BusGate} finds; who asked is answered. */
    public void arrived(String address, Message<?> message) {
        if (message.body() instanceof Probe probe) {
            arrivals.put(new Arrival(address, probe.sender()), nanos.getAsLong());
            if (message.replyAddress() != null) {
                message.reply(new ProbeReply(true));
            }
        }
    }

    boolean since(long sinceNanos, String address, NodeId sender) {
        Long arrived = arrivals.get(new Arrival(address, sender));
        return arrived != null && arrived - sinceNanos >= 0;
    }

    /** Forgets what is older. */
    void forgetBefore(long olderNanos) {
        arrivals.values().removeIf(arrived -> arrived - olderNanos < 0);
    }
}
