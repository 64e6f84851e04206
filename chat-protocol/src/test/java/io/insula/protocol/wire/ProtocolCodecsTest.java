package io.insula.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.CancelStream;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProtocolCodecsTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void closeVertx() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void registeringTwiceChangesNothing() throws Exception {
        ProtocolCodecs.registerAll(vertx.eventBus());
        ProtocolCodecs.registerAll(vertx.eventBus());
        List<Object> messages = new RandomMessages(7).oneOfEach();
        for (Object message : messages) {
            assertThat(deliver(message)).isSameAs(message);
        }
    }

    @Test
    void registeringCompletesWhatAnotherCallHadBegun() throws Exception {
        ProtocolCodecs.CANCEL_STREAM.register(vertx.eventBus());
        ProtocolCodecs.registerAll(vertx.eventBus());
        CancelStream cancel = new RandomMessages(8).cancel();
        assertThat(deliver(cancel)).isSameAs(cancel);
        Object status = new RandomMessages(8).apiStatus();
        assertThat(deliver(status)).isSameAs(status);
    }

    private Object deliver(Object message) throws Exception {
        CompletableFuture<Object> arrived = new CompletableFuture<>();
        String address = "a." + message.getClass().getSimpleName();
        vertx.eventBus().consumer(address, delivery -> arrived.complete(delivery.body()));
        vertx.eventBus().send(address, message);
        return arrived.get(10, TimeUnit.SECONDS);
    }
}
