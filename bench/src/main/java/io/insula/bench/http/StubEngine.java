package io.insula.bench.http;

import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An inference node that thinks nothing and says the script: one batch of frames for each piece, as steps would be. */
final class StubEngine {

    static final ModelName MODEL = new ModelName("stub");

    private static final NodeId NODE = new NodeId("stub-engine");
    private static final int SLOTS = 64;

    private final Vertx vertx;

    StubEngine(Vertx vertx) {
        this.vertx = vertx;
    }

    void start() {
        vertx.eventBus().<GenerateCommand>consumer(Addresses.admit(NODE), this::admit);
        vertx.eventBus().<CancelStream>consumer(Addresses.control(NODE), cancel -> {
            // Everything was said at once; there is nothing to cancel.
        });
        publish();
        vertx.setPeriodic(Leases.PERIOD.toMillis(), timer -> publish());
    }

    private void publish() {
        ModelStatus model = new ModelStatus(MODEL, "stub", 2048, SLOTS, SLOTS, 0, 0, 0);
        vertx.eventBus()
                .publish(
                        Addresses.INFERENCE_STATUS,
                        new EngineStatus(NODE, ProtocolCodecs.VERSION, false, List.of(model)));
    }

    private void admit(Message<GenerateCommand> message) {
        GenerateCommand command = message.body();
        message.reply(new Admission.Accepted(Script.PROMPT_TOKENS));
        int pieces = Script.PIECES.size();
        for (int i = 0; i < pieces - 1; i++) {
            send(command, delta(command, i, null));
        }
        StreamEnd end = new StreamEnd(
                command.request(),
                command.attempt(),
                pieces,
                Outcome.COMPLETED,
                null,
                new Usage(Script.PROMPT_TOKENS, pieces, 0),
                new Timings(0, 0, 0));
        vertx.eventBus()
                .send(
                        command.framesAddress(),
                        new FrameBatch(NODE, List.of(delta(command, pieces - 1, FinishReason.STOP), end)));
    }

    private static StreamDelta delta(GenerateCommand command, int index, @Nullable FinishReason finish) {
        return new StreamDelta(
                command.request(), command.attempt(), index, 0, TokenIds.of(index), Script.PIECES.get(index), finish);
    }

    private void send(GenerateCommand command, StreamDelta delta) {
        vertx.eventBus().send(command.framesAddress(), new FrameBatch(NODE, List.of(delta)));
    }
}
