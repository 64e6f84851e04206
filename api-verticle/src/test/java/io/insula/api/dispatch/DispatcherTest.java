package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.RequestId;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DispatcherTest {

    private final DispatchHouse house = new DispatchHouse();
    private final RecordingListener heard = house.heard;
    private final RecordingPort port = house.port;

    @Test
    void tellsEverythingInOrderAndTheEndOnce() {
        house.start("a");
        port.answer(0, new Admission.Accepted(5));
        house.frames("a", house.delta(0, 0, "x"), house.delta(0, 1, "y"));
        house.frames("a", house.finish(0, 2), house.end(0, 3, Outcome.COMPLETED));

        assertThat(heard.told).containsExactly("admitted f:a", "x", "y", "flush", "", "ended");
        assertThat(heard.result()).isEqualTo(new Result.Completed(FinishReason.STOP));
        assertThat(heard.summary().usage()).isEqualTo(new Usage(5, 9, 1));
        assertThat(house.dispatcher.active()).isZero();
    }

    @Test
    void aFrameBeforeTheReplyProvesTheAdmission() {
        house.start("a");
        house.frames("a", house.delta(0, 0, "x"));
        port.answer(0, new Admission.Accepted(5));

        assertThat(heard.told).containsExactly("admitted f:a", "x", "flush");
    }

    @Test
    void theNextEngineIsAskedBeforeTheListenerHearsOfTheFirst() {
        house.start("a", "b");
        port.answer(0, rejected(Admission.Reason.OVERLOADED, 700));
        port.answer(1, new Admission.Accepted(5));

        assertThat(port.commands).extracting(GenerateCommand::attempt).containsExactly(0, 1);
        assertThat(port.nodes).doesNotHaveDuplicates();
        assertThat(heard.told).hasSize(1);
    }

    @Test
    void everyEngineIsToldOfToolsFormAndTemplate() {
        house.start("a", "b");
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
        house.start("a", "b");
        port.answer(
                0, new Admission.Rejected(Admission.Reason.INVALID_REQUEST, "no such keyword", "response_format", 0));

        assertThat(port.commands).hasSize(1);
        assertThat(heard.error())
                .isEqualTo(new ApiError.InvalidRequest("no such keyword", "response_format", "invalid_value"));
    }

    @Test
    void aLaterEngineGetsWhatIsLeftOfTheTime() {
        house.renew("a");
        house.renew("b");
        house.dispatcher.dispatch(DispatchHouse.generation(1).within(5_000), heard);
        house.clock.advance(Duration.ofMillis(1_200));
        port.answer(0, rejected(Admission.Reason.OVERLOADED, 700));

        assertThat(port.commands).extracting(GenerateCommand::deadlineMillis).containsExactly(5_000, 3_800);
    }

    @Test
    void theConfiguredDeadlineBoundsEveryRequest() {
        DispatchConfig standard = DispatchConfig.DEFAULT;
        DispatchHouse strict = new DispatchHouse(new DispatchConfig(
                standard.admissionTimeout(),
                standard.silenceTimeout(),
                standard.cancelGrace(),
                standard.tries(),
                standard.retryAfter(),
                Duration.ofSeconds(4),
                standard.failover()));
        strict.renew("a");
        strict.dispatcher.dispatch(DispatchHouse.generation(1), heard);
        strict.dispatcher.dispatch(DispatchHouse.generation(2).within(5_000), heard);
        strict.dispatcher.dispatch(DispatchHouse.generation(3).within(3_000), heard);

        assertThat(strict.port.commands)
                .extracting(GenerateCommand::deadlineMillis)
                .containsExactly(4_000, 4_000, 3_000);
    }

    @Test
    void choicesAreToldApartAndTheWholeIsCutShortWhenOneIs() {
        startTwoChoices();
        house.frames("a", house.delta(0, 0, "x"), ofSecond(1, "y", null), house.finish(0, 2));
        house.frames("a", ofSecond(3, "z", FinishReason.LENGTH), house.end(0, 4, Outcome.COMPLETED));

        assertThat(heard.told).containsExactly("admitted f:a", "x", "1: y", "", "flush", "1: z", "ended");
        assertThat(heard.result()).isEqualTo(new Result.Completed(FinishReason.LENGTH));
    }

    private void startTwoChoices() {
        house.renew("a");
        house.dispatcher.dispatch(DispatchHouse.generation(1, new OutputOptions(2, -1, -1)), heard);
        port.answer(0, new Admission.Accepted(5));
    }

    private StreamDelta ofSecond(int sequence, String text, @Nullable FinishReason finish) {
        return new StreamDelta(heard.request(), 0, sequence, 1, TokenIds.of(sequence), text, finish);
    }

    @Test
    void whenAllAreFullTheShortestWaitIsTold() {
        house.start("a", "b");
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
        house.start("a", "b", "c", "d");
        for (int i = 0; i < DispatchConfig.DEFAULT.tries(); i++) {
            port.answer(i, rejected(Admission.Reason.OVERLOADED, 0));
        }

        assertThat(port.commands).hasSize(DispatchConfig.DEFAULT.tries());
        assertThat(heard.error()).isInstanceOf(ApiError.Overloaded.class);
    }

    @Test
    void withoutAnyEngineTheEndComesAtOnce() {
        house.start();

        assertThat(heard.error()).isInstanceOf(ApiError.Overloaded.class);
        assertThat(house.dispatcher.active()).isZero();
    }

    @Test
    void aTimedOutAdmissionIsCancelledAndTheNextEngineAsked() {
        house.start("a", "b");
        port.fail(0, ReplyFailure.TIMEOUT);

        assertThat(port.cancels).containsExactly(new CancelStream(heard.request(), 0));
        assertThat(port.commands).hasSize(2);
        // The first one wakes up: whatever it says now is not heard.
        house.frames(port.nodes.getFirst().value(), house.delta(0, 0, "late"));
        assertThat(heard.told).isEmpty();
        assertThat(house.count("insula.api.frames.dropped")).isEqualTo(1);
    }

    @Test
    void anEngineWithoutHandlersIsForgottenUntilItSpeaksAgain() {
        house.start("a", "b");
        NodeId gone = port.nodes.getFirst();
        port.fail(0, ReplyFailure.NO_HANDLERS);

        assertThat(house.engines.isAlive(gone)).isFalse();
        assertThat(port.cancels).isEmpty();
        assertThat(port.commands).hasSize(2);
    }

    @Test
    void aClientsFaultIsNotTriedElsewhere() {
        house.start("a", "b");
        port.answer(0, rejected(Admission.Reason.CONTEXT_LENGTH_EXCEEDED, 0));

        assertThat(port.commands).hasSize(1);
        assertThat(heard.error()).isEqualTo(new ApiError.InvalidRequest("no", "messages", "context_length_exceeded"));
    }

    @Test
    void aCancelledStreamIsAccountedWithWhatTheEngineSays() {
        StreamHandle handle = startAdmitted();
        house.frames("a", house.delta(0, 0, "x"));
        handle.cancel();
        handle.cancel();
        assertThat(port.cancels).containsExactly(new CancelStream(heard.request(), 0));
        assertThat(heard.ended).isNull();

        house.frames("a", house.delta(0, 1, "unheard"), house.end(0, 2, Outcome.CANCELLED));

        assertThat(heard.told).containsExactly("admitted f:a", "x", "flush", "ended");
        assertThat(heard.result()).isEqualTo(new Result.Cancelled());
        assertThat(heard.summary().usage().completionTokens()).isEqualTo(9);
    }

    @Test
    void aCancelledStreamWhoseEngineSaysNothingIsAccountedAfterAGrace() {
        StreamHandle handle = startAdmitted();
        house.frames("a", house.delta(0, 0, "x"));
        handle.cancel();
        house.pass(DispatchConfig.DEFAULT.cancelGrace());

        assertThat(heard.result()).isEqualTo(new Result.Cancelled());
        assertThat(heard.summary().usage()).isEqualTo(new Usage(5, 1, 0));
        assertThat(house.dispatcher.active()).isZero();
    }

    @Test
    void aClientThatLeavesDuringAdmissionCancelsAgainOnceItIsAdmitted() {
        StreamHandle handle = house.start("a");
        handle.cancel();
        port.answer(0, new Admission.Accepted(5));

        assertThat(port.cancels).hasSize(2);
        house.frames("a", house.end(0, 0, Outcome.CANCELLED));
        assertThat(heard.told).containsExactly("ended");
        assertThat(heard.summary().admittedAttempts()).isEqualTo(1);
    }

    @Test
    void aClientThatLeavesDuringARefusedAdmissionLeavesNothing() {
        StreamHandle handle = house.start("a", "b");
        handle.cancel();
        port.answer(0, rejected(Admission.Reason.OVERLOADED, 0));

        assertThat(port.commands).hasSize(1);
        assertThat(heard.summary().admittedAttempts()).isZero();
        assertThat(house.dispatcher.active()).isZero();
    }

    @Test
    void oneStreamsFaultCostsTheOthersNothing() {
        house.renew("a");
        RecordingListener broken = new RecordingListener();
        broken.breaks = true;
        house.dispatcher.dispatch(DispatchHouse.generation(1), broken);
        house.dispatcher.dispatch(DispatchHouse.generation(2), heard);
        port.answer(0, new Admission.Accepted(5));
        port.answer(1, new Admission.Accepted(5));
        RequestId first = new RequestId(new UUID(7, 1));
        RequestId second = new RequestId(new UUID(7, 2));

        house.dispatcher.frames(new FrameBatch(
                new NodeId("a"),
                List.of(
                        new StreamDelta(first, 0, 0, 0, TokenIds.of(1), "x", null),
                        new StreamDelta(second, 0, 0, 0, TokenIds.of(1), "y", null))));

        assertThat(heard.told).containsExactly("admitted f:a", "y", "flush");
        assertThat(port.cancels).containsExactly(new CancelStream(first, 0));
    }

    private StreamHandle startAdmitted() {
        StreamHandle handle = house.start("a");
        house.port.answer(0, new Admission.Accepted(5));
        return handle;
    }

    private static Admission rejected(Admission.Reason reason, int retryAfterMillis) {
        return new Admission.Rejected(reason, "no", "messages", retryAfterMillis);
    }
}
