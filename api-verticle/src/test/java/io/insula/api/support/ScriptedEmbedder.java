package io.insula.api.support;

import io.insula.protocol.Addresses;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply;
import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EmbeddingVector;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;

/** A node on the bus that serves one embedding model of three dimensions and answers as a test has written. */
public final class ScriptedEmbedder implements AutoCloseable {

    public static final ModelName MODEL = new ModelName("test-embedder");

    private final Vertx vertx;
    private final NodeId id;
    private final int queuedTexts;
    private final BlockingQueue<EmbedCommand> commands = new LinkedBlockingQueue<>();
    private final MessageConsumer<EmbedCommand> consumer;
    private final long statusTimer;
    private volatile BiConsumer<EmbedCommand, Message<EmbedCommand>> script =
            (command, message) -> message.reply(embedded(command));

    /**
     * @param queuedTexts what its status says of its queue
     */
    public ScriptedEmbedder(Vertx vertx, String name, int queuedTexts) {
        this.vertx = vertx;
        this.id = new NodeId(name);
        this.queuedTexts = queuedTexts;
        consumer = vertx.eventBus().consumer(Addresses.embed(id), message -> {
            commands.add(message.body());
            script.accept(message.body(), message);
        });
        publishStatus();
        statusTimer = vertx.setPeriodic(1000, timer -> publishStatus());
    }

    public void script(BiConsumer<EmbedCommand, Message<EmbedCommand>> next) {
        script = next;
    }

    /** Answers every command with the same reply. */
    public void answer(EmbedReply reply) {
        script = (command, message) -> message.reply(reply);
    }

    public BlockingQueue<EmbedCommand> commands() {
        return commands;
    }

    /** One vector a text, and one token a character. */
    public static Embedded embedded(EmbedCommand command) {
        return new Embedded(
                command.texts().stream().map(ScriptedEmbedder::vector).toList(),
                command.texts().stream().mapToInt(String::length).sum(),
                7);
    }

    public static EmbeddingVector vector(String text) {
        return EmbeddingVector.of(text.length(), -0.5f, 1e-9f);
    }

    @Override
    public void close() {
        vertx.cancelTimer(statusTimer);
        consumer.unregister();
    }

    private void publishStatus() {
        vertx.eventBus()
                .publish(
                        Addresses.INFERENCE_STATUS,
                        new EngineStatus(
                                id,
                                ProtocolCodecs.VERSION,
                                false,
                                List.of(),
                                List.of(new EmbeddingStatus(MODEL, "test-1", 3, 256, queuedTexts, 100))));
    }
}
