package io.insula.api.dispatch;

import io.insula.protocol.Addresses;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply;
import io.insula.protocol.NodeId;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.time.Duration;

/** Asks inference nodes for embeddings. */
@FunctionalInterface
interface EmbeddingPort {

    /** Fails when nobody answers in time, or the engine failed. */
    Future<EmbedReply> embed(NodeId node, EmbedCommand command, Duration timeout);

    /** Over the event bus. */
    static EmbeddingPort over(EventBus bus) {
        return (node, command, timeout) -> bus.<EmbedReply>request(
                        Addresses.embed(node), command, new DeliveryOptions().setSendTimeout(timeout.toMillis()))
                .map(Message::body);
    }
}
