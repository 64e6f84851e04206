package io.insula.api.dispatch;

import io.insula.protocol.CancelStream;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.StreamEnd;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Drops and counts frames that nobody waits for, and tells their engine so: one that was away does not know that its streams
 * go on elsewhere, and would hold their slots to the end.
 *
 * <p><b>Thread:</b> one event loop.
 */
final class LateFrames {

    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MOST = 10_000;

    private record Late(NodeId node, CancelStream cancel) {}

    private final Map<Late, Long> toldNanos = new LinkedHashMap<>();
    private final EnginePort port;
    private final DispatchMeters meters;
    private final LongSupplier nanoClock;

    LateFrames(EnginePort port, DispatchMeters meters, LongSupplier nanoClock) {
        this.port = port;
        this.meters = meters;
        this.nanoClock = nanoClock;
    }

    void drop(NodeId node, StreamFrame frame) {
        meters.dropped();
        Late late = new Late(node, new CancelStream(frame.request(), frame.attempt()));
        if (frame instanceof StreamEnd) {
            toldNanos.remove(late);
            return;
        }
        long now = nanoClock.getAsLong();
        Long told = toldNanos.get(late);
        if (told != null && now - told < PERIOD_NANOS) {
            return;
        }
        toldNanos.remove(late);
        toldNanos.put(late, now);
        if (toldNanos.size() > MOST) {
            toldNanos.remove(toldNanos.keySet().iterator().next());
        }
        port.cancel(node, late.cancel());
    }
}
