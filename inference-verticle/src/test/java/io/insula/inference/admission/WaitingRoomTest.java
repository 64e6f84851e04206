package io.insula.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.schedule.Commands;
import io.insula.protocol.Admission;
import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingRoomTest {

    private final List<StreamFrame> frames = new ArrayList<>();
    private final List<Runnable> alarms = new ArrayList<>();
    private final WaitingRoom room = new WaitingRoom(
            (node, instance, batch) -> frames.addAll(batch),
            (delay, action) -> {
                alarms.add(action);
                return () -> alarms.remove(action);
            },
            () -> 5_000);
    private final GenerateCommand command = Commands.command(1, "hello", 4);
    private final WaitingCommand waiting = new WaitingCommand(command, 2_000);
    private final Promise<Admission> decision = Promise.promise();

    @Test
    void aDecisionInTimeIsTheAnswer() {
        Future<Admission> answer = room.company(waiting, decision.future());
        decision.complete(new Accepted(7));

        assertThat(answer.result()).isEqualTo(new Accepted(7));
        assertThat(alarms).isEmpty();
        assertThat(frames).isEmpty();
    }

    @Test
    void aLateLoadIsAcceptedAndKeptAliveUntilTheSchedulerHasIt() {
        Future<Admission> answer = late();
        room.sendProgress();
        decision.complete(new Accepted(7));
        room.sendProgress();

        assertThat(answer.result()).isEqualTo(new Accepted(0));
        assertThat(frames)
                .containsExactly(
                        new StreamProgress(command.request(), 0, 0), new StreamProgress(command.request(), 0, 0));
    }

    @Test
    void whatAnotherNodeMayDoFails() {
        late();
        frames.clear();
        decision.complete(new Rejected(Reason.OVERLOADED, "no memory", null, 500));

        assertThat(frames)
                .singleElement()
                .isInstanceOfSatisfying(
                        StreamEnd.class, end -> assertThat(end.outcome()).isEqualTo(Outcome.FAILED));
    }

    @Test
    void aLateRejectionEndsTheStreamWithItsReason() {
        late();
        frames.clear();
        decision.complete(new Rejected(Reason.CONTEXT_LENGTH_EXCEEDED, "too long", "messages", 0));

        assertThat(frames).singleElement().isInstanceOfSatisfying(StreamEnd.class, end -> {
            assertThat(end.outcome()).isEqualTo(Outcome.REFUSED);
            assertThat(end.error()).isEqualTo("too long");
            assertThat(end.sequence()).isZero();
            assertThat(end.timings().queuedMicros()).isEqualTo(3);
        });
    }

    @Test
    void aCancelEndsTheStreamOnceAndTheDecisionIsNotHeardAnyMore() {
        late();
        frames.clear();
        room.cancel(new CancelStream(command.request(), 0));
        room.cancel(new CancelStream(command.request(), 0));
        decision.complete(new Rejected(Reason.INVALID_REQUEST, "cancelled", null, 0));

        assertThat(waiting.gone()).isTrue();
        assertThat(frames)
                .singleElement()
                .isInstanceOfSatisfying(
                        StreamEnd.class, end -> assertThat(end.outcome()).isEqualTo(Outcome.CANCELLED));
    }

    @Test
    void anHttpNodeThatIsGoneAndADrainEndWhatWaits() {
        late();
        frames.clear();
        room.cancelAllOf(command.apiNode());
        room.handOver();

        assertThat(frames).hasSize(1).allMatch(StreamEnd.class::isInstance);
    }

    @Test
    void aDrainHandsOverWhatWaits() {
        late();
        frames.clear();
        room.handOver();

        assertThat(frames)
                .singleElement()
                .isInstanceOfSatisfying(
                        StreamEnd.class, end -> assertThat(end.outcome()).isEqualTo(Outcome.HANDED_OVER));
    }

    private Future<Admission> late() {
        Future<Admission> answer = room.company(waiting, decision.future());
        alarms.getFirst().run();
        assertThat(answer.result()).isEqualTo(new Accepted(0));
        return answer;
    }
}
