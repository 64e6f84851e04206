package io.insula.api.dispatch;

import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.function.ToIntFunction;

/** Speaks to inference nodes over the event bus. */
final class BusEngines implements EnginePort {

    private final EventBus bus;
    private final ToIntFunction<NodeId> versions;

    /**
     * @param versions the newest protocol version that a node reads; 0 where that is unknown
     */
    BusEngines(EventBus bus, ToIntFunction<NodeId> versions) {
        this.bus = bus;
        this.versions = versions;
    }

    @Override
    public Future<Admission> admit(NodeId node, GenerateCommand command, Duration timeout) {
        DeliveryOptions options = ProtocolCodecs.delivery(GenerateCommand.class, versions.applyAsInt(node))
                .setSendTimeout(timeout.toMillis());
        return bus.<Admission>request(Addresses.admit(node), command, options).map(Message::body);
    }

    @Override
    public void cancel(NodeId node, CancelStream cancel) {
        bus.send(Addresses.control(node), cancel);
    }
}
