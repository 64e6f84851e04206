package io.insula.launcher.cluster;

import io.insula.protocol.Addresses;
import io.insula.protocol.NodeId;
import io.insula.protocol.Probe;
import io.insula.protocol.ProbeReply;
import io.insula.protocol.ProbeRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.time.Duration;

/**
 * Sends a probe where a peer asks for one. Every member offers this: a node that no peer answers takes itself for cut off.
 *
 * <p><b>Thread:</b> the event loop that the offer was made on.
 */
public final class ProbeHelp {

    static final Duration REPLY_LIMIT = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final NodeId self;

    private ProbeHelp(Vertx vertx, NodeId self) {
        this.vertx = vertx;
        this.self = self;
    }

    /** Listens from now on; completes when other members know. */
    public static Future<Void> offer(Vertx vertx, NodeId self) {
        return vertx.eventBus()
                .<ProbeRequest>consumer(Addresses.probe(self), new ProbeHelp(vertx, self)::help)
                .completion();
    }

    private void help(Message<ProbeRequest> question) {
        String address = question.body().address();
        Probe probe = new Probe(self);
        if (Addresses.isShared(address)) {
            vertx.eventBus().publish(address, probe);
            question.reply(new ProbeReply(true));
        } else {
            vertx.eventBus()
                    .<ProbeReply>request(address, probe, within(REPLY_LIMIT))
                    .onComplete(heard -> question.reply(new ProbeReply(heard.succeeded())));
        }
    }

    static DeliveryOptions within(Duration limit) {
        return new DeliveryOptions().setSendTimeout(limit.toMillis());
    }
}
