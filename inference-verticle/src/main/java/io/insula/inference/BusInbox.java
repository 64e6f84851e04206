package io.insula.inference;

import io.insula.protocol.wire.MalformedMessageException;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens at addresses for messages of one type each.
 *
 * <p><b>Errors:</b> what is malformed or foreign is dropped, and answered with a failure where somebody waits.
 */
record BusInbox(EventBus bus) {

    private static final Logger log = LoggerFactory.getLogger(BusInbox.class);
    private static final int MALFORMED = 400;
    private static final int FAILED = 500;

    /** Completes once messages arrive. */
    <T> Future<Void> listen(String address, Class<T> type, BiConsumer<Message<Object>, T> handler) {
        return bus.consumer(address, message -> body(message, type, handler)).completion();
    }

    /** Completes once questions arrive; each is answered with what the handler finds, or fails with the failure's message. */
    <T, R> Future<Void> answer(String address, Class<T> type, Function<T, Future<R>> handler) {
        return listen(
                address,
                type,
                (message, question) -> handler.apply(question)
                        .onSuccess(message::reply)
                        .onFailure(failure -> message.fail(FAILED, String.valueOf(failure.getMessage()))));
    }

    private static <T> void body(Message<Object> message, Class<T> type, BiConsumer<Message<Object>, T> handler) {
        T body;
        try {
            body = type.cast(message.body());
        } catch (MalformedMessageException | ClassCastException e) {
            log.warn("A message to {} is dropped: {}", message.address(), e.getMessage());
            message.fail(MALFORMED, "not a message of this address");
            return;
        }
        handler.accept(message, body);
    }
}
