package io.insula.api.dispatch;

import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.time.Duration;

/** Speaks to inference nodes over the event bus. */
final class BusEngines implements EnginePort {

    private final EventBus bus;

    BusEngines(EventBus bus) {
        this.bus = bus;
    }

    @Override
    public Future<Admission> admit(NodeId node, GenerateCommand command, Duration timeout) {
        DeliveryOptions options = new DeliveryOptions().setSendTimeout(timeout.toMillis());
        return bus.<Admission>request(Addresses.admit(node), command, options).map(Message::body);
    }

    @Override
    public void cancel(NodeId node, CancelStream cancel) {
        bus.send(Addresses.control(node), cancel);
    }
}
