package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
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
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DispatcherTest {

    private static final ModelName MODEL = new ModelName("m");

    private final ManualClock clock = new ManualClock();
    private final EngineRegistry engines = new EngineRegistry(clock);
    private final RecordingPort port = new RecordingPort();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Dispatcher dispatcher = new Dispatcher(
            new NodeId("api"), 0, DispatchConfig.DEFAULT, engines, port, clock, new DispatchMeters(meters));
    private final RecordingListener heard = new RecordingListener();

    @Test
    void tellsEverythingInOrderAndTheEndOnce() {
        start("a");
        port.answer(0, new Admission.Accepted(5));
        frames("a", delta(0, 0, "x"), delta(0, 1, "y"));
        frames("a", finish(0, 2), end(0, 3, Outcome.COMPLETED));

        assertThat(heard.told).containsExactly("admitted f-a", "x", "y", "flush", "", "ended");
        assertThat(heard.result()).isEqualTo(new Result.Completed(FinishReason.STOP));
        assertThat(heard.summary().usage()).isEqualTo(new Usage(5, 9, 1));
        assertThat(dispatcher.active()).isZero();
    }

    @Test
    void aFrameBeforeTheReplyProvesTheAdmission() {
        start("a");
        frames("a", delta(0, 0, "x"));
        port.answer(0, new Admission.Accepted(5));

        assertThat(heard.told).containsExactly("admitted f-a", "x", "flush");
    }

    @Test
    void theNextEngineIsAskedBeforeTheListenerHearsOfTheFirst() {
        start("a", "b");
        port.answer(0, rejected(Admission.Reason.OVERLOADED, 700));
        port.answer(1, new Admission.Accepted(5));

        assertThat(port.commands).extracting(GenerateCommand::attempt).containsExactly(0, 1);
        assertThat(port.nodes).doesNotHaveDuplicates();
        assertThat(heard.told).hasSize(1);
    }

    @Test
    void everyEngineIsToldOfToolsFormAndTemplate() {
        start("a", "b");
        port.answer(0, rejected(Admission.Reason.OVERLOADED, 700));

        assertThat(port.commands).hasSize(2).allSatisfy(command -> {
            assertThat(command.tools().choice()).isEqualTo(new ToolChoice.Required());
            assertThat(command.tools().definitions())
                    .extracting(ToolDefinition::name)
                    .containsExactly("f");
            assertThat(command.form()).isEqualTo(new ResponseForm.JsonObject());
            assertThat(command.templateArguments()).isEqualTo("{\"a\":1}");
        });
    }

    @Test
    void whatOneEngineCannotCompileIsNotOfferedToTheNext() {
        start("a", "b");
        port.answer(
                0, new Admission.Rejected(Admission.Reason.INVALID_REQUEST, "no such keyword", "response_format", 0));

        assertThat(port.commands).hasSize(1);
        assertThat(heard.error())
                .isEqualTo(new ApiError.InvalidRequest("no such keyword", "response_format", "invalid_value"));
    }

    @Test
    void aLaterEngineGetsWhatIsLeftOfTheTime() {
        renew("a");
        renew("b");
        dispatcher.dispatch(generation(1).within(5_000), heard);
        clock.advance(Duration.ofMillis(1_200));
        port.answer(0, rejected(Admission.Reason.OVERLOADED, 700));

        assertThat(port.commands).extracting(GenerateCommand::deadlineMillis).containsExactly(5_000, 3_800);
    }

    @Test
    void theConfiguredDeadlineBoundsEveryRequest() {
        Dispatcher strict = new Dispatcher(
                new NodeId("api"),
                0,
                new DispatchConfig(
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2),
                        3,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(4)),
                engines,
                port,
                clock,
                new DispatchMeters(meters));
        renew("a");
        strict.dispatch(generation(1), heard);
        strict.dispatch(generation(2).within(5_000), heard);
        strict.dispatch(generation(3).within(3_000), heard);

        assertThat(port.commands).extracting(GenerateCommand::deadlineMillis).containsExactly(4_000, 4_000, 3_000);
    }

    @Test
    void choicesAreToldApartAndTheWholeIsCutShortWhenOneIs() {
        startTwoChoices();
        frames("a", delta(0, 0, "x"), ofSecond(1, "y", null), finish(0, 2));
        frames("a", ofSecond(3, "z", FinishReason.LENGTH), end(0, 4, Outcome.COMPLETED));

        assertThat(heard.told).containsExactly("admitted f-a", "x", "1: y", "", "flush", "1: z", "ended");
        assertThat(heard.result()).isEqualTo(new Result.Completed(FinishReason.LENGTH));
    }

    @Test
    void anEndBeforeEveryChoiceHasEndedIsALoss() {
        startTwoChoices();
        frames("a", finish(0, 0), ofSecond(1, "y", null), end(0, 2, Outcome.COMPLETED));

        assertThat(heard.error()).isInstanceOf(ApiError.EngineLost.class);
    }

    @Test
    void whatWasDeliveredIsKeptForEachChoice() {
        RunningStream stream = new RunningStream(generation(1, new OutputOptions(2, -1, -1)), heard, 0);
        Objects.requireNonNull(stream.choice(0)).append(TokenIds.of(1, 2));
        Objects.requireNonNull(stream.choice(1)).append(TokenIds.of(3));
        Objects.requireNonNull(stream.choice(0)).append(TokenIds.of(4));

        assertThat(stream.delivered()).containsExactly(TokenIds.of(1, 2, 4), TokenIds.of(3));
        assertThat(stream.usageSoFar().completionTokens()).isEqualTo(4);
        assertThat(stream.choice(2)).isNull();
    }

    private void startTwoChoices() {
        renew("a");
        dispatcher.dispatch(generation(1, new OutputOptions(2, -1, -1)), heard);
        port.answer(0, new Admission.Accepted(5));
    }

    private StreamDelta ofSecond(int sequence, String text, @Nullable FinishReason finish) {
        return new StreamDelta(heard.request(), 0, sequence, 1, TokenIds.of(sequence), text, finish);
    }

    @Test
    void whenAllAreFullTheShortestWaitIsTold() {
        start("a", "b");
        port.answer(0, rejected(Admission.Reason.OVERLOADED, 700));
        port.answer(1, rejected(Admission.Reason.DRAINING, 300));

        assertThat(heard.error())
                .isInstanceOfSatisfying(
                        ApiError.Overloaded.class,
                        error -> assertThat(error.retryAfter()).isEqualTo(Duration.ofMillis(300)));
        assertThat(heard.summary().admittedAttempts()).isZero();
    }

    @Test
    void noMoreEnginesAreAskedThanTheConfigAllows() {
        start("a", "b", "c", "d");
        for (int i = 0; i < DispatchConfig.DEFAULT.tries(); i++) {
            port.answer(i, rejected(Admission.Reason.OVERLOADED, 0));
        }

        assertThat(port.commands).hasSize(DispatchConfig.DEFAULT.tries());
        assertThat(heard.error()).isInstanceOf(ApiError.Overloaded.class);
    }

    @Test
    void withoutAnyEngineTheEndComesAtOnce() {
        start();

        assertThat(heard.error()).isInstanceOf(ApiError.Overloaded.class);
        assertThat(dispatcher.active()).isZero();
    }

    @Test
    void aTimedOutAdmissionIsCancelledAndTheNextEngineAsked() {
        start("a", "b");
        port.fail(0, ReplyFailure.TIMEOUT);

        assertThat(port.cancels).containsExactly(new CancelStream(heard.request(), 0));
        assertThat(port.commands).hasSize(2);
        // The first one wakes up: whatever it says now is not heard.
        frames(port.nodes.getFirst().value(), delta(0, 0, "late"));
        assertThat(heard.told).isEmpty();
        assertThat(meters.get("insula.api.frames.dropped").counter().count()).isEqualTo(1);
    }

    @Test
    void anEngineWithoutHandlersIsForgottenUntilItSpeaksAgain() {
        start("a", "b");
        NodeId gone = port.nodes.getFirst();
        port.fail(0, ReplyFailure.NO_HANDLERS);

        assertThat(engines.isAlive(gone)).isFalse();
        assertThat(port.cancels).isEmpty();
        assertThat(port.commands).hasSize(2);
    }

    @Test
    void aClientsFaultIsNotTriedElsewhere() {
        start("a", "b");
        port.answer(0, rejected(Admission.Reason.CONTEXT_LENGTH_EXCEEDED, 0));

        assertThat(port.commands).hasSize(1);
        assertThat(heard.error()).isEqualTo(new ApiError.InvalidRequest("no", "messages", "context_length_exceeded"));
    }

    @Test
    void aGapInTheSequenceLosesTheEngine() {
        startAdmitted();
        frames("a", delta(0, 0, "x"), delta(0, 2, "z"));

        assertThat(heard.told).containsExactly("admitted f-a", "x", "ended");
        assertThat(heard.error()).isEqualTo(new ApiError.EngineLost());
        assertThat(port.cancels).containsExactly(new CancelStream(heard.request(), 0));
        assertThat(heard.summary().usage()).isEqualTo(new Usage(5, 1, 0));
    }

    @Test
    void framesOfAnotherAttemptOrNodeOrStreamAreCountedAndDropped() {
        startAdmitted();
        frames("a", delta(1, 0, "another attempt"));
        frames("b", delta(0, 0, "another node"));
        frames("a", new StreamProgress(new RequestId(new UUID(9, 9)), 0, 1));

        assertThat(heard.told).containsExactly("admitted f-a");
        assertThat(meters.get("insula.api.frames.dropped").counter().count()).isEqualTo(3);
    }

    @Test
    void silenceLosesTheEngineAndProgressIsNotSilence() {
        startAdmitted();
        for (int i = 0; i < 10; i++) {
            clock.advance(Duration.ofSeconds(2));
            renew("a");
            frames("a", new StreamProgress(heard.request(), 0, i));
            dispatcher.watch();
        }
        assertThat(heard.ended).isNull();

        clock.advance(Duration.ofSeconds(9));
        renew("a");
        dispatcher.watch();
        assertThat(heard.ended).isNull();

        clock.advance(Duration.ofSeconds(2));
        renew("a");
        dispatcher.watch();
        assertThat(heard.error()).isEqualTo(new ApiError.EngineLost());
    }

    @Test
    void theEndOfALeaseLosesASilentEngineSooner() {
        startAdmitted();
        clock.advance(Duration.ofSeconds(4));
        dispatcher.watch();

        assertThat(heard.error()).isEqualTo(new ApiError.EngineLost());
    }

    @Test
    void aStreamThatStillSpeaksOutlivesItsEnginesLease() {
        startAdmitted();
        clock.advance(Duration.ofSeconds(4));
        frames("a", delta(0, 0, "x"));
        dispatcher.watch();

        assertThat(heard.ended).isNull();
    }

    @Test
    void aCancelledStreamIsAccountedWithWhatTheEngineSays() {
        StreamHandle handle = startAdmitted();
        frames("a", delta(0, 0, "x"));
        handle.cancel();
        handle.cancel();
        assertThat(port.cancels).containsExactly(new CancelStream(heard.request(), 0));
        assertThat(heard.ended).isNull();

        frames("a", delta(0, 1, "unheard"), end(0, 2, Outcome.CANCELLED));

        assertThat(heard.told).containsExactly("admitted f-a", "x", "flush", "ended");
        assertThat(heard.result()).isEqualTo(new Result.Cancelled());
        assertThat(heard.summary().usage().completionTokens()).isEqualTo(9);
    }

    @Test
    void aCancelledStreamWhoseEngineSaysNothingIsAccountedAfterAGrace() {
        StreamHandle handle = startAdmitted();
        frames("a", delta(0, 0, "x"));
        handle.cancel();
        clock.advance(DispatchConfig.DEFAULT.cancelGrace());
        dispatcher.watch();

        assertThat(heard.result()).isEqualTo(new Result.Cancelled());
        assertThat(heard.summary().usage()).isEqualTo(new Usage(5, 1, 0));
        assertThat(dispatcher.active()).isZero();
    }

    @Test
    void aClientThatLeavesDuringAdmissionCancelsAgainOnceItIsAdmitted() {
        StreamHandle handle = start("a");
        handle.cancel();
        port.answer(0, new Admission.Accepted(5));

        assertThat(port.cancels).hasSize(2);
        frames("a", end(0, 0, Outcome.CANCELLED));
        assertThat(heard.told).containsExactly("ended");
        assertThat(heard.summary().admittedAttempts()).isEqualTo(1);
    }

    @Test
    void aClientThatLeavesDuringARefusedAdmissionLeavesNothing() {
        StreamHandle handle = start("a", "b");
        handle.cancel();
        port.answer(0, rejected(Admission.Reason.OVERLOADED, 0));

        assertThat(port.commands).hasSize(1);
        assertThat(heard.summary().admittedAttempts()).isZero();
        assertThat(dispatcher.active()).isZero();
    }

    @Test
    void anEngineThatCancelsOnItsOwnIsLost() {
        startAdmitted();
        frames("a", end(0, 0, Outcome.CANCELLED));

        assertThat(heard.error()).isEqualTo(new ApiError.EngineLost());
    }

    @Test
    void oneStreamsFaultCostsTheOthersNothing() {
        engines.renew(status("a"));
        RecordingListener broken = new RecordingListener();
        broken.breaks = true;
        dispatcher.dispatch(generation(1), broken);
        dispatcher.dispatch(generation(2), heard);
        port.answer(0, new Admission.Accepted(5));
        port.answer(1, new Admission.Accepted(5));
        RequestId first = new RequestId(new UUID(7, 1));
        RequestId second = new RequestId(new UUID(7, 2));

        dispatcher.frames(new FrameBatch(
                new NodeId("a"),
                List.of(
                        new StreamDelta(first, 0, 0, 0, TokenIds.of(1), "x", null),
                        new StreamDelta(second, 0, 0, 0, TokenIds.of(1), "y", null))));

        assertThat(heard.told).containsExactly("admitted f-a", "y", "flush");
        assertThat(port.cancels).containsExactly(new CancelStream(first, 0));
    }

    private StreamHandle startAdmitted() {
        StreamHandle handle = start("a");
        port.answer(0, new Admission.Accepted(5));
        return handle;
    }

    private StreamHandle start(String... nodes) {
        for (String node : nodes) {
            renew(node);
        }
        return dispatcher.dispatch(generation(1), heard);
    }

    private void renew(String node) {
        engines.renew(status(node));
    }

    private void frames(String node, StreamFrame... frames) {
        dispatcher.frames(new FrameBatch(new NodeId(node), List.of(frames)));
    }

    private StreamDelta delta(int attempt, int sequence, String text) {
        return new StreamDelta(heard.request(), attempt, sequence, 0, TokenIds.of(sequence), text, null);
    }

    private StreamDelta finish(int attempt, int sequence) {
        return new StreamDelta(heard.request(), attempt, sequence, 0, TokenIds.EMPTY, "", FinishReason.STOP);
    }

    private StreamEnd end(int attempt, int sequence, Outcome outcome) {
        return new StreamEnd(
                heard.request(), attempt, sequence, outcome, null, new Usage(5, 9, 1), new Timings(1, 2, 3));
    }

    private static Admission rejected(Admission.Reason reason, int retryAfterMillis) {
        return new Admission.Rejected(reason, "no", "messages", retryAfterMillis);
    }

    private static Generation generation(long id) {
        return generation(id, OutputOptions.TEXT);
    }

    private static Generation generation(long id, OutputOptions output) {
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
                StopConditions.NONE,
                output,
                0);
    }

    private static EngineStatus status(String node) {
        ModelStatus model = new ModelStatus(MODEL, "f-" + node, 2048, 4, 4, 0, 0, 16);
        return new EngineStatus(new NodeId(node), ProtocolCodecs.VERSION, false, List.of(model));
    }

    private static final class RecordingPort implements EnginePort {

        final List<NodeId> nodes = new ArrayList<>();
        final List<GenerateCommand> commands = new ArrayList<>();
        final List<CancelStream> cancels = new ArrayList<>();
        private final List<Promise<Admission>> replies = new ArrayList<>();

        void answer(int index, Admission admission) {
            replies.get(index).complete(admission);
        }

        void fail(int index, ReplyFailure failure) {
            replies.get(index).fail(new ReplyException(failure));
        }

        @Override
        public Future<Admission> admit(NodeId node, GenerateCommand command, Duration timeout) {
            nodes.add(node);
            commands.add(command);
            Promise<Admission> reply = Promise.promise();
            replies.add(reply);
            return reply.future();
        }

        @Override
        public void cancel(NodeId node, CancelStream cancel) {
            cancels.add(cancel);
        }
    }

    private static final class RecordingListener implements StreamListener {

        final List<String> told = new ArrayList<>();

        @Nullable
        StreamSummary ended;

        boolean breaks;

        RequestId request() {
            return new RequestId(new UUID(7, 1));
        }

        StreamSummary summary() {
            return Objects.requireNonNull(ended, "the stream has not ended");
        }

        Result result() {
            return summary().result();
        }

        ApiError error() {
            assertThat(result()).isInstanceOf(Result.Failed.class);
            return ((Result.Failed) result()).error();
        }

        @Override
        public void admitted(String fingerprint) {
            told.add("admitted " + fingerprint);
        }

        @Override
        public void prompt(List<TokenScores> scores) {
            told.add("prompt " + scores.size());
        }

        @Override
        public void delta(StreamDelta delta) {
            if (breaks) {
                throw new IllegalStateException("for a test");
            }
            told.add(delta.choice() == 0 ? delta.text() : delta.choice() + ": " + delta.text());
        }

        @Override
        public void flush() {
            told.add("flush");
        }

        @Override
        public void ended(StreamSummary summary) {
            told.add("ended");
            assertThat(ended).isNull();
            ended = summary;
        }
    }
}
