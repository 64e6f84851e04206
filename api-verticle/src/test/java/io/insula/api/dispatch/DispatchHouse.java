package io.insula.api.dispatch;

import io.insula.protocol.Admission;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.RequestId;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** A dispatcher on a clock turned by hand, over engines that a test plays. */
final class DispatchHouse {

    static final ModelName MODEL = new ModelName("m");
    static final int CONTEXT = 2048;

    private static final Duration TICK = Duration.ofMillis(250);

    final ManualClock clock = new ManualClock();
    final RecordingPort port = new RecordingPort();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final RecordingListener heard = new RecordingListener();
    final EngineRegistry engines;
    final Dispatcher dispatcher;
    /** What engines compute with; empty: each with numerics of its own. */
    String fingerprint = "";
    /** Nodes that speak by themselves while time passes. */
    final Set<String> speaking = new HashSet<>();

    DispatchHouse(DispatchConfig config) {
        engines = new EngineRegistry(config.failover().setAside(), clock);
        dispatcher = new Dispatcher(new NodeId("api"), 0, config, engines, port, clock, new DispatchMeters(meters));
    }

    DispatchHouse() {
        this(DispatchConfig.DEFAULT);
    }

    /** Lets time pass as on a living node: the watch comes round, and the nodes that speak do so every second. */
    void pass(Duration time) {
        for (long left = time.toNanos(); left > 0; left -= TICK.toNanos()) {
            clock.advance(Duration.ofNanos(Math.min(left, TICK.toNanos())));
            if (clock.getAsLong() % Duration.ofSeconds(1).toNanos() < TICK.toNanos()) {
                speaking.forEach(this::renew);
            }
            dispatcher.watch();
        }
    }

    StreamHandle start(String... nodes) {
        for (String node : nodes) {
            renew(node);
        }
        return dispatcher.dispatch(generation(1), heard);
    }

    /** Starts and admits a stream; tells where. */
    String startAdmitted(String... nodes) {
        start(nodes);
        port.answer(0, new Admission.Accepted(5));
        return port.nodes.getFirst().value();
    }

    void renew(String node) {
        renew(status(node, fingerprint.isEmpty() ? "f:" + node : fingerprint));
    }

    void renew(EngineStatus status) {
        engines.renew(status);
        dispatcher.heard(status.node());
    }

    void frames(String node, StreamFrame... frames) {
        dispatcher.frames(new FrameBatch(new NodeId(node), List.of(frames)));
    }

    StreamDelta delta(int attempt, int sequence, String text) {
        return new StreamDelta(heard.request(), attempt, sequence, 0, TokenIds.of(text.codePointAt(0)), text, null);
    }

    StreamDelta finish(int attempt, int sequence) {
        return new StreamDelta(heard.request(), attempt, sequence, 0, TokenIds.EMPTY, "", FinishReason.STOP);
    }

    StreamEnd end(int attempt, int sequence, Outcome outcome) {
        return new StreamEnd(
                heard.request(),
                attempt,
                sequence,
                outcome,
                outcome == Outcome.FAILED || outcome == Outcome.REFUSED ? "planted" : null,
                new Usage(5, 9, 1),
                new Timings(1, 2, 3));
    }

    double count(String counter) {
        return meters.get(counter).counter().count();
    }

    static Generation generation(long id) {
        return generation(id, OutputOptions.TEXT);
    }

    static Generation generation(long id, OutputOptions output) {
        return generation(id, output, StopConditions.NONE);
    }

    static Generation generation(long id, OutputOptions output, StopConditions stop) {
        return new Generation(
                new RequestId(new UUID(7, id)),
                TenantId.DEFAULT,
                1,
                null,
                MODEL,
                List.of(new ChatMessage("user", "Hi")),
                new Tools(List.of(new ToolDefinition("f", "", "{}", true)), new ToolChoice.Required(), false),
                new ResponseForm.JsonObject(),
                "{\"a\":1}",
                new SamplingParameters(1, 1, 1),
                stop,
                output,
                0);
    }

    static EngineStatus status(String node, String fingerprint) {
        return status(node, new ModelStatus(MODEL, fingerprint, CONTEXT, 4, 4, 0, 0, 16));
    }

    static EngineStatus status(String node, ModelStatus model) {
        return new EngineStatus(new NodeId(node), ProtocolCodecs.VERSION, false, List.of(model));
    }
}
