package io.insula.inference.schedule;

import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame;
import java.util.List;

/**
 * Takes what one engine call produced for the streams of one HTTP verticle.
 *
 * <p><b>Thread:</b> called on the device thread; must not block.
 */
@FunctionalInterface
public interface FrameSink {

    /**
     * Sends frames on their way.
     *
     * @param frames at least one, in the order they happened; immutable
     */
    void send(NodeId apiNode, int apiInstance, List<StreamFrame> frames);
}
