package io.insula.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.CancelStream;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.OrphanedUsage;
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
        ProtocolCodecs.CANCEL_STREAM.registerAsDefault(vertx.eventBus());
        ProtocolCodecs.registerAll(vertx.eventBus());
        CancelStream cancel = new RandomMessages(8).cancel();
        assertThat(deliver(cancel)).isSameAs(cancel);
        Object status = new RandomMessages(8).apiStatus();
        assertThat(deliver(status)).isSameAs(status);
    }

    @Test
    void aReceiverIsSentTheNewestLayoutThatItReads() {
        assertThat(codec(GenerateCommand.class, 0)).isEqualTo("insula.GenerateCommand");
        assertThat(codec(GenerateCommand.class, 2)).isEqualTo("insula.GenerateCommand");
        assertThat(codec(GenerateCommand.class, 3)).isEqualTo("insula.GenerateCommand.3");
        assertThat(codec(FrameBatch.class, 2)).isEqualTo("insula.FrameBatch");
        assertThat(codec(FrameBatch.class, 9)).isEqualTo("insula.FrameBatch.3");
        assertThat(codec(CancelStream.class, 2)).isEqualTo("insula.CancelStream");
        assertThat(codec(CancelStream.class, 3)).isEqualTo("insula.CancelStream");
        assertThat(codec(OrphanedUsage.class, 3)).isEqualTo("insula.OrphanedUsage");
    }

    @Test
    void aRecordThatTheReceiverCannotReadIsNotSent() {
        assertThatThrownBy(() -> ProtocolCodecs.delivery(OrphanedUsage.class, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("OrphanedUsage to a reader of version 2");
    }

    @Test
    void earlierLayoutsAreRegisteredToo() throws Exception {
        ProtocolCodecs.registerAll(vertx.eventBus());
        CompletableFuture<Object> arrived = new CompletableFuture<>();
        vertx.eventBus().consumer("a", delivery -> arrived.complete(delivery.body()));
        GenerateCommand command = new RandomMessages(9).command();
        vertx.eventBus().send("a", command, ProtocolCodecs.delivery(GenerateCommand.class, 2));
        assertThat(arrived.get(10, TimeUnit.SECONDS)).isSameAs(command);
    }

    private static String codec(Class<?> record, int newestVersion) {
        return ProtocolCodecs.delivery(record, newestVersion).getCodecName();
    }

    private Object deliver(Object message) throws Exception {
        CompletableFuture<Object> arrived = new CompletableFuture<>();
        String address = "a." + message.getClass().getSimpleName();
        vertx.eventBus().consumer(address, delivery -> arrived.complete(delivery.body()));
        vertx.eventBus().send(address, message);
        return arrived.get(10, TimeUnit.SECONDS);
    }
}
