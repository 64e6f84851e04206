package io.insula.inference;

import io.insula.inference.schedule.Commands;
import io.insula.inference.schedule.RecordedFrames;
import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The HTTP side of the bus as an inference node sees it: sends commands, takes frames. */
final class ApiNode {

    private static final long PATIENCE_SECONDS = 30;

    private record Attempt(RequestId request, int attempt) {}

    private final Vertx vertx;
    private final NodeId inferenceNode;
    private final NodeId node;
    private final RecordedFrames frames = new RecordedFrames();
    private final Map<Attempt, CompletableFuture<StreamEnd>> ends = new ConcurrentHashMap<>();
    private final Map<Attempt, CompletableFuture<StreamDelta>> firstDeltas = new ConcurrentHashMap<>();

    ApiNode(Vertx vertx, NodeId inferenceNode, NodeId node) {
        this.vertx = vertx;
        this.inferenceNode = inferenceNode;
        this.node = node;
        vertx.eventBus().<FrameBatch>consumer(Addresses.frames(node, 0), message -> take(message.body()));
    }

    /** The command as if it came from this node. */
    GenerateCommand own(GenerateCommand command) {
        return Commands.from(command, node, 0);
    }

    Admission admit(GenerateCommand command) throws Exception {
        return admitLater(command).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    CompletableFuture<Admission> admitLater(GenerateCommand command) {
        return vertx.eventBus()
                .<Admission>request(
                        Addresses.admit(inferenceNode), own(command), new DeliveryOptions().setSendTimeout(10_000))
                .map(Message::body)
                .toCompletionStage()
                .toCompletableFuture();
    }

    void cancel(GenerateCommand command) {
        vertx.eventBus().send(Addresses.control(inferenceNode), new CancelStream(command.request(), command.attempt()));
    }

    void publishStatus(boolean leaving) {
        vertx.eventBus().publish(Addresses.API_STATUS, new ApiStatus(node, ProtocolCodecs.VERSION, leaving));
    }

    StreamEnd end(GenerateCommand command) throws Exception {
        return ending(command).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    CompletableFuture<StreamEnd> ending(GenerateCommand command) {
        return ends.computeIfAbsent(attempt(command.request(), command.attempt()), key -> new CompletableFuture<>());
    }

    StreamDelta firstDelta(GenerateCommand command) throws Exception {
        return firstDeltas
                .computeIfAbsent(attempt(command.request(), command.attempt()), key -> new CompletableFuture<>())
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** What has arrived; complete for a stream once its {@link #end} is known. */
    RecordedFrames frames() {
        return frames;
    }

    private void take(FrameBatch batch) {
        frames.send(node, 0, batch.frames());
        for (StreamFrame frame : batch.frames()) {
            Attempt key = attempt(frame.request(), frame.attempt());
            switch (frame) {
                case StreamDelta delta ->
                    firstDeltas
                            .computeIfAbsent(key, k -> new CompletableFuture<>())
                            .complete(delta);
                case StreamEnd end ->
                    ends.computeIfAbsent(key, k -> new CompletableFuture<>()).complete(end);
                case StreamFrame.StreamProgress ignored -> {}
                case StreamFrame.StreamPrompt ignored -> {}
            }
        }
    }

    private static Attempt attempt(RequestId request, int attempt) {
        return new Attempt(request, attempt);
    }
}
