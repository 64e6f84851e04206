package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long streams that lost their engine are tried elsewhere, and what ends them. */
class LostStreamsTest {

    private static final String FINGERPRINT = "text:numerics";

    private final DispatchHouse house = new DispatchHouse();
    private final RecordingListener heard = house.heard;
    private final RecordingPort port = house.port;

    LostStreamsTest() {
        house.fingerprint = FINGERPRINT;
    }

    @Test
    void aStreamWaitsForAnEngineAndIsResumedAtOnceWhenOneComes() {
        house.startAdmitted("a");
        house.frames("a", house.delta(0, 0, "x"));
        house.dispatcher.left(new NodeId("a"));
        house.pass(Duration.ofSeconds(7));
        assertThat(port.commands).hasSize(1);
        assertThat(heard.ended).isNull();

        house.renew(DispatchHouse.status("c", FINGERPRINT));

        assertThat(port.commands).hasSize(2);
        assertThat(port.commands.getLast().resumeTokens()).containsExactly(TokenIds.of('x'));
    }

    @Test
    void aStreamThatWaitedInVainEndsWithAnError() {
        house.startAdmitted("a");
        house.frames("a", house.delta(0, 0, "x"));
        house.dispatcher.left(new NodeId("a"));
        house.pass(FailoverConfig.DEFAULT.resumeWait().minusMillis(250));
        assertThat(heard.ended).isNull();
        house.pass(Duration.ofMillis(500));

        assertThat(heard.error()).isEqualTo(new ApiError.EngineLost());
        assertThat(heard.summary().usage()).isEqualTo(new Usage(5, 1, 0));
        assertThat(heard.summary().admittedAttempts()).isEqualTo(1);
    }

    @Test
    void aStreamThatNobodyTakesNowIsOfferedAgainAndAgain() {
        String first = house.startAdmitted("a", "b");
        house.speaking.addAll(List.of("a", "b"));
        house.frames(first, house.delta(0, 0, "x"), house.end(0, 1, Outcome.HANDED_OVER));
        for (int i = 1; i < 6; i++) {
            port.answer(i, new Admission.Rejected(Admission.Reason.OVERLOADED, "full", null, 700));
            for (int wait = 0; port.commands.size() <= i + 1; wait++) {
                house.pass(Duration.ofMillis(250));
                assertThat(wait).isLessThan(12);
            }
        }

        assertThat(heard.ended).isNull();
        assertThat(port.commands)
                .extracting(GenerateCommand::attempt)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void aRequestThatItsEnginesFailOfEndsWithTheThirdAndLeavesTheOthersAlone() {
        String node = house.startAdmitted("a", "b", "c", "d", "e");
        house.speaking.addAll(List.of("a", "b", "c", "d", "e"));
        house.frames(node, house.end(0, 0, Outcome.FAILED));
        assertThat(port.commands).as("at once after the first").hasSize(2);
        port.answer(1, new Admission.Accepted(5));
        house.frames(port.nodes.get(1).value(), house.end(1, 0, Outcome.FAILED));
        assertThat(port.commands).as("not at once after the second").hasSize(2);
        house.pass(Duration.ofSeconds(1));
        port.answer(2, new Admission.Accepted(5));
        house.frames(port.nodes.get(2).value(), house.end(2, 0, Outcome.FAILED));

        assertThat(port.commands).hasSize(3);
        assertThat(heard.error()).isEqualTo(new ApiError.EngineFailed("planted"));
        assertThat(heard.summary().admittedAttempts()).isEqualTo(3);
    }

    @Test
    void anAnswerThatGotFurtherMeanwhileIsNotToBlame() {
        String node = house.startAdmitted("a", "b");
        house.speaking.addAll(List.of("a", "b"));
        for (int attempt = 0; attempt < 6; attempt++) {
            for (int i = 0; i < FailoverPolicy.PROGRESS_TOKENS; i++) {
                house.frames(node, house.delta(attempt, i, "x"));
            }
            house.frames(node, house.end(attempt, FailoverPolicy.PROGRESS_TOKENS, Outcome.FAILED));
            house.pass(Duration.ofSeconds(2));
            node = port.nodes.getLast().value();
            port.answer(attempt + 1, new Admission.Accepted(5));
        }

        assertThat(heard.ended).isNull();
        assertThat(port.commands.getLast().resumeTokens(0).size()).isEqualTo(6 * FailoverPolicy.PROGRESS_TOKENS);
    }

    @Test
    void noMoreEnginesWorkOnAnAnswerThanMay() {
        FailoverConfig few =
                new FailoverConfig(FailoverConfig.Unequal.ERROR, Duration.ofSeconds(5), 3, 2, Duration.ofSeconds(1));
        DispatchHouse strict = new DispatchHouse(DispatchConfig.DEFAULT.withFailover(few));
        strict.start("a");
        for (int attempt = 0; attempt < 2; attempt++) {
            strict.port.answer(attempt, new Admission.Accepted(5));
            strict.frames("a", strict.end(attempt, 0, Outcome.HANDED_OVER));
            strict.speaking.add("a");
            strict.pass(Duration.ofSeconds(1));
        }

        assertThat(strict.port.commands).hasSize(2);
        assertThat(strict.heard.error()).isEqualTo(new ApiError.EngineLost());
    }

    @Test
    void whatTheRequestItselfIsToBlameForIsNotTriedElsewhere() {
        String first = house.startAdmitted("a", "b");
        house.frames(first, house.end(0, 0, Outcome.REFUSED));

        assertThat(port.commands).hasSize(1);
        assertThat(heard.error()).isEqualTo(new ApiError.EngineFailed("planted"));
    }

    @Test
    void aSmallerEngineThatRefusesAResumeIsFollowedByTheNext() {
        String first = house.startAdmitted("a", "b", "c");
        house.frames(first, house.delta(0, 0, "x"), house.end(0, 1, Outcome.HANDED_OVER));
        port.answer(1, new Admission.Rejected(Admission.Reason.CONTEXT_LENGTH_EXCEEDED, "long", "messages", 0));

        assertThat(port.commands).hasSize(3);
        assertThat(port.nodes).doesNotHaveDuplicates();
        assertThat(heard.ended).isNull();
    }

    @Test
    void anEngineThatDoesNotAnswerAResumeIsFollowedByTheNext() {
        String first = house.startAdmitted("a", "b", "c");
        house.dispatcher.left(new NodeId(first));
        NodeId second = port.nodes.get(1);
        port.fail(1, ReplyFailure.TIMEOUT);

        assertThat(port.commands).hasSize(3);
        assertThat(port.cancels).contains(new CancelStream(heard.request(), 1));
        house.dispatcher.left(port.nodes.get(2));
        assertThat(port.commands)
                .as("all were asked; a round later they are again")
                .hasSize(3);
        house.speaking.add(second.value());
        house.pass(Duration.ofSeconds(2));
        assertThat(port.nodes.getLast()).isEqualTo(second);
    }

    @Test
    void aDeadlineSpansAllEnginesAndTheWaitForOne() {
        house.renew(DispatchHouse.status("a", FINGERPRINT));
        house.dispatcher.dispatch(DispatchHouse.generation(1).within(9_000), heard);
        port.answer(0, new Admission.Accepted(5));
        house.frames("a", house.delta(0, 0, "x"));
        house.clock.advance(Duration.ofMillis(900));
        house.frames("a", house.end(0, 1, Outcome.FAILED));
        house.clock.advance(Duration.ofMillis(100));
        house.renew(DispatchHouse.status("b", FINGERPRINT));
        assertThat(port.commands).extracting(GenerateCommand::deadlineMillis).containsExactly(9_000, 8_000);
        port.answer(1, new Admission.Accepted(5));
        house.dispatcher.left(new NodeId("b"));
        house.dispatcher.left(new NodeId("a"));
        house.pass(Duration.ofSeconds(8));

        assertThat(heard.error()).isEqualTo(new ApiError.DeadlineExceeded());
    }

    @Test
    void anEngineThatForgetsTheDeadlineIsNotWaitedForForEver() {
        house.renew(DispatchHouse.status("a", FINGERPRINT));
        house.speaking.add("a");
        house.dispatcher.dispatch(DispatchHouse.generation(1).within(1_000), heard);
        port.answer(0, new Admission.Accepted(5));
        house.pass(Duration.ofMillis(3_250));

        assertThat(heard.error()).isEqualTo(new ApiError.DeadlineExceeded());
        assertThat(port.cancels).hasSize(1);
    }

    @Test
    void aClientThatLeavesWhileItsStreamWaitsLeavesNothing() {
        house.renew(DispatchHouse.status("a", FINGERPRINT));
        StreamHandle handle = house.dispatcher.dispatch(DispatchHouse.generation(1), heard);
        port.answer(0, new Admission.Accepted(5));
        house.frames("a", house.delta(0, 0, "x"));
        house.dispatcher.left(new NodeId("a"));
        handle.cancel();

        assertThat(heard.result()).isEqualTo(new Result.Cancelled());
        assertThat(house.dispatcher.active()).isZero();
        house.renew(DispatchHouse.status("b", FINGERPRINT));
        assertThat(port.commands).hasSize(1);
    }

    @Test
    void aLeavingClientsStreamIsNotResumed() {
        house.renew(DispatchHouse.status("a", FINGERPRINT));
        house.renew(DispatchHouse.status("b", FINGERPRINT));
        StreamHandle handle = house.dispatcher.dispatch(DispatchHouse.generation(1), heard);
        port.answer(0, new Admission.Accepted(5));
        handle.cancel();
        house.dispatcher.left(port.nodes.getFirst());

        assertThat(port.commands).hasSize(1);
        assertThat(heard.result()).isEqualTo(new Result.Cancelled());
    }
}
