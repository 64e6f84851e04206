package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Engines that compute the {@link ExactModel} and suffer whatever a test does to them, with a network between. */
final class ExactFleet implements EnginePort {

    /** One attempt at one engine. */
    private static final class Run {

        final GenerateCommand command;
        final int[] done;
        int sequence;
        boolean prompted;

        Run(GenerateCommand command) {
            this.command = command;
            this.done = new int[command.output().choices()];
            for (int choice = 0; choice < done.length; choice++) {
                TokenIds resumed = command.resumeTokens(choice);
                done[choice] = resumed.size();
                assertThat(resumed)
                        .as("what %s is resumed with", command.request())
                        .isEqualTo(ExactModel.tokens(command.request(), choice, done[choice]));
            }
        }
    }

    /** An engine, and its frames that are on their way. */
    static final class Engine {

        final NodeId node;
        boolean dead;
        boolean paused;
        private final Map<RequestId, Run> runs = new LinkedHashMap<>();
        private final Deque<FrameBatch> wire = new ArrayDeque<>();

        Engine(NodeId node) {
            this.node = node;
        }

        boolean works() {
            return !dead && !paused;
        }
    }

    final List<Engine> engines = new ArrayList<>();
    private final Map<NodeId, Engine> byNode = new LinkedHashMap<>();
    private final List<Runnable> replies = new ArrayList<>();
    private final Random random;
    private int named;

    ExactFleet(Random random) {
        this.random = random;
    }

    Engine join() {
        Engine engine = new Engine(new NodeId("n" + named++));
        engines.add(engine);
        byNode.put(engine.node, engine);
        return engine;
    }

    @Override
    public Future<Admission> admit(NodeId node, GenerateCommand command, Duration timeout) {
        Promise<Admission> reply = Promise.promise();
        Engine engine = byNode.get(node);
        if (engine == null || engine.dead) {
            reply.fail(new ReplyException(random.nextBoolean() ? ReplyFailure.NO_HANDLERS : ReplyFailure.TIMEOUT));
        } else if (engine.paused) {
            // It reads the command when it wakes; the sender has given up by then.
            begin(engine, command);
            replies.add(() -> reply.fail(new ReplyException(ReplyFailure.TIMEOUT)));
        } else if (random.nextInt(10) == 0) {
            reply.complete(new Admission.Rejected(Admission.Reason.OVERLOADED, "full", null, 100));
        } else {
            begin(engine, command);
            boolean lost = random.nextInt(20) == 0;
            Runnable answer = () -> {
                if (lost) {
                    reply.fail(new ReplyException(ReplyFailure.TIMEOUT));
                } else {
                    reply.complete(new Admission.Accepted(ExactModel.PROMPT));
                }
            };
            if (random.nextBoolean()) {
                answer.run();
            } else {
                replies.add(answer);
            }
        }
        return reply.future();
    }

    private static void begin(Engine engine, GenerateCommand command) {
        Run running = engine.runs.get(command.request());
        if (running == null || running.command.attempt() < command.attempt()) {
            engine.runs.put(command.request(), new Run(command));
        }
    }

    @Override
    public void cancel(NodeId node, CancelStream cancel) {
        Engine engine = byNode.get(node);
        if (engine == null || engine.dead) {
            return;
        }
        Run run = engine.runs.get(cancel.request());
        if (run != null && run.command.attempt() <= cancel.attempt()) {
            engine.runs.remove(cancel.request());
            send(engine, List.of(end(run, Outcome.CANCELLED)));
        }
    }

    /** Delivers the answers to admissions that are on their way. */
    void answer() {
        List<Runnable> due = List.copyOf(replies);
        replies.clear();
        due.forEach(Runnable::run);
    }

    /** One decode step. */
    void step(Engine engine) {
        List<StreamFrame> frames = new ArrayList<>();
        for (Run run : List.copyOf(engine.runs.values())) {
            frames.addAll(step(engine, run));
        }
        send(engine, frames);
    }

    private List<StreamFrame> step(Engine engine, Run run) {
        GenerateCommand command = run.command;
        RequestId id = command.request();
        int attempt = command.attempt();
        if (!run.prompted) {
            run.prompted = true;
            // Each engine cuts the prompt into chunks of its own.
            int cut = 1 + random.nextInt(ExactModel.PROMPT - 1);
            return List.of(
                    new StreamProgress(id, attempt, 1, 1),
                    new StreamPrompt(id, attempt, run.sequence++, 1, ExactModel.scores(1, cut)),
                    new StreamPrompt(id, attempt, run.sequence++, cut, ExactModel.scores(cut, ExactModel.PROMPT)));
        }
        List<StreamFrame> frames = new ArrayList<>();
        boolean running = false;
        for (int choice = 0; choice < run.done.length; choice++) {
            int length = ExactModel.length(id, choice);
            if (run.done[choice] < 0) {
                continue;
            }
            boolean over = run.done[choice] == length;
            int told = over ? run.done[choice] : run.done[choice]++;
            String before = ExactModel.text(id, choice, told);
            String after = ExactModel.text(id, choice, run.done[choice]);
            frames.add(new StreamDelta(
                    id,
                    attempt,
                    run.sequence++,
                    choice,
                    over ? TokenIds.EMPTY : TokenIds.of(ExactModel.token(id, choice, told)),
                    after.substring(before.length()),
                    run.done[choice] == length ? ExactModel.finish(id, choice) : null));
            if (run.done[choice] == length) {
                run.done[choice] = -1;
            } else {
                running = true;
            }
        }
        if (!running) {
            engine.runs.remove(id);
            frames.add(end(run, Outcome.COMPLETED));
        }
        return frames;
    }

    private StreamEnd end(Run run, Outcome outcome) {
        RequestId id = run.command.request();
        int tokens = 0;
        for (int choice = 0; choice < run.done.length; choice++) {
            tokens += run.done[choice] < 0 ? ExactModel.length(id, choice) : run.done[choice];
        }
        return new StreamEnd(
                id,
                run.command.attempt(),
                run.sequence++,
                outcome,
                outcome == Outcome.FAILED ? "planted" : null,
                new Usage(ExactModel.PROMPT, tokens, 1),
                new Timings(1, 2, 3));
    }

    /** Ends all streams of an engine. */
    void endAll(Engine engine, Outcome outcome) {
        List<StreamFrame> frames = new ArrayList<>();
        engine.runs.values().forEach(run -> frames.add(end(run, outcome)));
        engine.runs.clear();
        send(engine, frames);
    }

    private static void send(Engine engine, List<StreamFrame> frames) {
        if (!frames.isEmpty()) {
            engine.wire.add(new FrameBatch(engine.node, frames));
        }
    }

    /** Brings what is on its way from an engine, also from one that is dead meanwhile. */
    void deliver(Engine engine, Dispatcher dispatcher) {
        FrameBatch batch = engine.wire.poll();
        if (batch != null) {
            dispatcher.frames(batch);
        }
    }

    /** Loses what is on its way from an engine. */
    static void lose(Engine engine) {
        engine.wire.poll();
    }
}
