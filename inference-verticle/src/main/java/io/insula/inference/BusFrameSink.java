package io.insula.inference;

import io.insula.inference.schedule.FrameSink;
import io.insula.protocol.Addresses;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.eventbus.EventBus;
import java.util.List;

/** Sends frames over the event bus; it keeps their order, since one device thread is one sender. */
record BusFrameSink(EventBus bus, NodeId node, ApiNodes apiNodes) implements FrameSink {

    @Override
    public void send(NodeId apiNode, int apiInstance, List<StreamFrame> frames) {
        bus.send(
                Addresses.frames(apiNode, apiInstance),
                new FrameBatch(node, frames),
                ProtocolCodecs.delivery(FrameBatch.class, apiNodes.newestVersion(apiNode)));
    }
}
