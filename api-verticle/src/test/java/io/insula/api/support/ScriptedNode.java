package io.insula.api.support;

import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import io.insula.protocol.ToolCallDelta;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A peer on the bus that speaks the inference side's protocol and says what a test has written for it. */
public final class ScriptedNode {

    /** What the node does with a command it was asked to admit. */
    @FunctionalInterface
    public interface Script {

        /**
         * Plays the script.
         *
         * @param reply answers the admission
         */
        void play(ScriptedNode node, GenerateCommand command, Message<GenerateCommand> reply);
    }

    private final Vertx vertx;
    private final NodeId id;
    private final String fingerprint;
    private final BlockingQueue<GenerateCommand> commands = new LinkedBlockingQueue<>();
    private final BlockingQueue<CancelStream> cancels = new LinkedBlockingQueue<>();
    private final Map<CancelStream, GenerateCommand> running = new ConcurrentHashMap<>();
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private volatile Script script = answer("Hello", " world");
    private volatile boolean endsWhenCancelled = true;
    private final long statusTimer;

    public ScriptedNode(Vertx vertx, String name) {
        this(vertx, name, "fingerprint-1");
    }

    public ScriptedNode(Vertx vertx, String name, String fingerprint) {
        this.vertx = vertx;
        this.fingerprint = fingerprint;
        this.id = new NodeId(name);
        consumers.add(vertx.eventBus().<GenerateCommand>consumer(Addresses.admit(id), message -> {
            GenerateCommand command = message.body();
            running.put(new CancelStream(command.request(), command.attempt()), command);
            commands.add(command);
            script.play(this, command, message);
        }));
        consumers.add(
                vertx.eventBus().<CancelStream>consumer(Addresses.control(id), message -> cancel(message.body())));
        publishStatus(false);
        statusTimer = vertx.setPeriodic(1000, timer -> publishStatus(false));
    }

    public NodeId id() {
        return id;
    }

    public void script(Script next) {
        script = next;
    }

    public void endsWhenCancelled(boolean ends) {
        endsWhenCancelled = ends;
    }

    public BlockingQueue<GenerateCommand> commands() {
        return commands;
    }

    public BlockingQueue<CancelStream> cancels() {
        return cancels;
    }

    /** Commands that were admitted and neither cancelled nor answered to their end. */
    public int running() {
        return running.size();
    }

    public void publishStatus(boolean draining) {
        ModelStatus model = new ModelStatus(new ModelName("test-model"), fingerprint, 2048, 4, 4, 0, 0, 16);
        vertx.eventBus()
                .publish(
                        Addresses.INFERENCE_STATUS,
                        new EngineStatus(id, ProtocolCodecs.VERSION, draining, List.of(model)));
    }

    public void close() {
        vertx.cancelTimer(statusTimer);
        publishStatus(true);
        consumers.forEach(MessageConsumer::unregister);
    }

    public void send(GenerateCommand command, StreamFrame... frames) {
        for (StreamFrame frame : frames) {
            if (frame instanceof StreamEnd end) {
                running.remove(new CancelStream(end.request(), end.attempt()));
            }
        }
        vertx.eventBus().send(command.framesAddress(), new FrameBatch(id, List.of(frames)));
    }

    /** Accepts and sends each text as a batch of its own, then the end. */
    public static Script answer(String... texts) {
        return (node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            for (int i = 0; i < texts.length; i++) {
                node.send(command, delta(command, i, texts[i]));
            }
            node.send(
                    command,
                    finish(command, texts.length, FinishReason.STOP),
                    end(command, texts.length + 1, Outcome.COMPLETED, texts.length));
        };
    }

    /** Accepts, sends the texts, and then waits to be cancelled. */
    public static Script stall(String... texts) {
        return (node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            for (int i = 0; i < texts.length; i++) {
                node.send(command, delta(command, i, texts[i]));
            }
        };
    }

    public static Script reject(Admission.Reason reason, int retryAfterMillis) {
        return (node, command, reply) ->
                reply.reply(new Admission.Rejected(reason, "rejected for a test", "messages", retryAfterMillis));
    }

    public static StreamDelta delta(GenerateCommand command, int sequence, String text) {
        return new StreamDelta(command.request(), command.attempt(), sequence, 0, TokenIds.of(sequence), text, null);
    }

    /** A token of one choice with its log-probability. */
    public static StreamDelta scored(
            GenerateCommand command,
            int sequence,
            int choice,
            String text,
            double logProbability,
            @Nullable FinishReason finish) {
        return new StreamDelta(
                command.request(),
                command.attempt(),
                sequence,
                choice,
                TokenIds.of(sequence),
                text,
                finish,
                command.output().scored()
                        ? List.of(scores(
                                sequence, text, logProbability, command.output().logProbabilities()))
                        : List.of());
    }

    /** A token, and as many alternatives, the first of which has no bytes. */
    public static TokenScores scores(int token, String text, double logProbability, int alternatives) {
        List<ScoredToken> top = new ArrayList<>();
        for (int i = 0; i < alternatives; i++) {
            byte[] bytes = i == 0 ? new byte[0] : new byte[] {(byte) ('a' + i)};
            top.add(new ScoredToken(100 + i, -0.5 * (i + 1), i + 1, TokenBytes.of(bytes)));
        }
        return new TokenScores(
                new ScoredToken(
                        token, logProbability, alternatives + 1, TokenBytes.of(text.getBytes(StandardCharsets.UTF_8))),
                top);
    }

    /** Everything that one step may say of the first choice, with as many tokens as fragments of calls and texts. */
    public static StreamDelta delta(
            GenerateCommand command,
            int sequence,
            String reasoning,
            String text,
            List<ToolCallDelta> calls,
            @Nullable FinishReason finish) {
        return new StreamDelta(
                command.request(),
                command.attempt(),
                sequence,
                0,
                TokenIds.of(sequence),
                text,
                reasoning,
                calls,
                finish,
                List.of());
    }

    /** Accepts, thinks, says something, and calls a tool for each name with the arguments, fragment by fragment. */
    public static Script call(String reasoning, String text, List<String> names, String... fragments) {
        return (node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            int sequence = 0;
            node.send(command, delta(command, sequence++, reasoning, "", List.of(), null));
            node.send(command, delta(command, sequence++, "", text, List.of(), null));
            for (int i = 0; i < names.size(); i++) {
                ToolCallDelta start = ToolCallDelta.start(i, "call_" + i, names.get(i));
                node.send(command, delta(command, sequence++, "", "", List.of(start), null));
                for (String fragment : fragments) {
                    ToolCallDelta more = ToolCallDelta.arguments(i, fragment);
                    node.send(command, delta(command, sequence++, "", "", List.of(more), null));
                }
            }
            node.send(
                    command,
                    finish(command, sequence, FinishReason.TOOL_CALLS),
                    new StreamEnd(
                            command.request(),
                            command.attempt(),
                            sequence + 1,
                            Outcome.COMPLETED,
                            null,
                            new Usage(7, sequence, 2, 1),
                            new Timings(10, 20, 30)));
        };
    }

    public static StreamDelta finish(GenerateCommand command, int sequence, FinishReason reason) {
        return new StreamDelta(command.request(), command.attempt(), sequence, 0, TokenIds.EMPTY, "", reason);
    }

    public static StreamEnd end(GenerateCommand command, int sequence, Outcome outcome, int tokens) {
        return new StreamEnd(
                command.request(),
                command.attempt(),
                sequence,
                outcome,
                outcome == Outcome.FAILED || outcome == Outcome.EXPIRED ? "the engine broke for a test" : null,
                new Usage(7, tokens, 2),
                new Timings(10, 20, 30));
    }

    private void cancel(CancelStream cancel) {
        cancels.add(cancel);
        GenerateCommand command = running.remove(cancel);
        if (command != null && endsWhenCancelled) {
            send(command, end(command, 1000, Outcome.CANCELLED, 3));
        }
    }
}
