package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams that lose their engine between engines of equal numerics. */
class FailoverTest {

    /** The ways in which an engine is lost, and how long it may take to notice. */
    enum Loss {
        DEPARTURE(Duration.ZERO),
        GAP(Duration.ZERO),
        FAILURE(Duration.ZERO),
        UNASKED_CANCEL(Duration.ZERO),
        HAND_OVER(Duration.ZERO),
        EARLY_END(Duration.ZERO),
        FOREIGN_CHOICE(Duration.ZERO),
        END_OF_LEASE(Duration.ofSeconds(5)),
        SILENCE(Duration.ofSeconds(11)),
        HANGING_ENGINE(Duration.ofMillis(250));

        final Duration within;

        Loss(Duration within) {
            this.within = within;
        }
    }

    private static final String FINGERPRINT = "text:numerics";

    private final DispatchHouse house = new DispatchHouse();
    private final RecordingListener heard = house.heard;
    private final RecordingPort port = house.port;

    FailoverTest() {
        house.fingerprint = FINGERPRINT;
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void aStreamWhoseEngineIsLostGoesOnElsewhereWithWhatWasDelivered(Loss loss) {
        String first = house.startAdmitted("a", "b");
        String other = first.equals("a") ? "b" : "a";
        house.frames(first, house.delta(0, 0, "x"), house.delta(0, 1, "y"));
        house.speaking.add(other);

        lose(first, loss);

        GenerateCommand resumed = port.commands.getLast();
        assertThat(port.commands).hasSize(2);
        assertThat(port.nodes.getLast()).hasToString(other);
        assertThat(resumed.attempt()).isEqualTo(1);
        assertThat(resumed.resumeTokens()).containsExactly(TokenIds.of('x', 'y'));
        port.answer(1, new Admission.Accepted(5));
        // Late frames of the first are dropped, whatever they say.
        house.frames(first, house.delta(0, 2, "late"), house.end(0, 3, Outcome.COMPLETED));
        house.frames(other, house.delta(1, 0, "z"), house.finish(1, 1), house.end(1, 2, Outcome.COMPLETED));

        assertThat(heard.told).containsExactly("admitted " + FINGERPRINT, "x", "y", "flush", "z", "", "ended");
        assertThat(heard.result()).isEqualTo(new Result.Completed(FinishReason.STOP));
        assertThat(heard.summary().admittedAttempts()).isEqualTo(2);
        assertThat(house.count("insula.api.streams.resumed")).isEqualTo(1);
        assertThat(house.count("insula.api.frames.dropped")).isEqualTo(2);
        assertThat(house.count("insula.api.streams.approximated")).isZero();
        assertThat(house.dispatcher.active()).isZero();
    }

    private void lose(String node, Loss loss) {
        switch (loss) {
            case DEPARTURE -> house.dispatcher.left(new NodeId(node));
            case GAP -> house.frames(node, house.delta(0, 3, "?"));
            case FAILURE -> house.frames(node, house.end(0, 2, Outcome.FAILED));
            case UNASKED_CANCEL -> house.frames(node, house.end(0, 2, Outcome.CANCELLED));
            case HAND_OVER -> house.frames(node, house.end(0, 2, Outcome.HANDED_OVER));
            case EARLY_END -> house.frames(node, house.end(0, 2, Outcome.COMPLETED));
            case FOREIGN_CHOICE ->
                house.frames(node, new StreamDelta(heard.request(), 0, 2, 7, TokenIds.of(1), "?", null, List.of()));
            case END_OF_LEASE -> house.pass(loss.within);
            case SILENCE -> {
                house.speaking.add(node);
                house.pass(loss.within);
            }
            case HANGING_ENGINE -> {
                house.renew(DispatchHouse.status(node, hanging()));
                house.pass(loss.within);
            }
        }
    }

    @Test
    void progressIsNoSilenceAndAStreamThatSpeaksOutlivesItsEnginesLease() {
        String first = house.startAdmitted("a", "b");
        for (int i = 0; i < 10; i++) {
            house.pass(Duration.ofSeconds(2));
            house.frames(first, new StreamProgress(heard.request(), 0, i));
        }

        assertThat(port.commands).hasSize(1);
        assertThat(house.engines.isAlive(new NodeId(first))).isFalse();
    }

    @Test
    void timeInWhichThisProcessWasStoppedIsNobodysSilence() {
        String first = house.startAdmitted("a", "b");
        house.clock.advance(Duration.ofSeconds(20));
        house.dispatcher.watch();

        assertThat(port.commands).hasSize(1);
        house.speaking.add(first.equals("a") ? "b" : "a");
        house.pass(Duration.ofSeconds(5));
        assertThat(port.commands).as("but silence after it is").hasSize(2);
    }

    @Test
    void anEngineThatGoesOnLateIsToldOnceASecondThatNobodyListens() {
        String first = house.startAdmitted("a", "b");
        house.dispatcher.left(new NodeId(first));
        port.cancels.clear();
        for (int i = 0; i < 30; i++) {
            house.frames(first, house.delta(0, i, "late"));
            house.clock.advance(Duration.ofMillis(100));
        }

        assertThat(port.cancels).hasSize(3).containsOnly(new CancelStream(heard.request(), 0));
        assertThat(house.count("insula.api.frames.dropped")).isEqualTo(30);
    }

    @Test
    void whatWasToldIsNotToldAgain() {
        house.renew(DispatchHouse.status("a", FINGERPRINT));
        house.renew(DispatchHouse.status("b", FINGERPRINT));
        house.dispatcher.dispatch(DispatchHouse.generation(1, new OutputOptions(2, -1, 0)), heard);
        String first = port.nodes.getFirst().value();
        String other = first.equals("a") ? "b" : "a";
        port.answer(0, new Admission.Accepted(5));
        house.frames(first, prompt(0, 0, 1, 2), house.delta(0, 1, "x"), house.finish(0, 2));
        house.dispatcher.left(new NodeId(first));
        port.answer(1, new Admission.Accepted(5));
        assertThat(port.commands.getLast().resumeTokens()).containsExactly(TokenIds.of('x'), TokenIds.EMPTY);
        house.frames(
                other,
                prompt(1, 0, 1, 1),
                prompt(1, 1, 2, 3),
                house.finish(1, 2),
                new StreamDelta(heard.request(), 1, 3, 1, TokenIds.of('y'), "y", FinishReason.LENGTH),
                house.end(1, 4, Outcome.COMPLETED));

        assertThat(heard.told)
                .containsExactly("admitted " + FINGERPRINT, "prompt 2", "x", "", "flush", "prompt 2", "1: y", "ended");
        assertThat(heard.result()).isEqualTo(new Result.Completed(FinishReason.LENGTH));
    }

    @Test
    void usageIsThatOfTheWholeAndTheFirstEnginesCacheCounts() {
        String first = house.startAdmitted("a", "b");
        String other = first.equals("a") ? "b" : "a";
        house.frames(first, new StreamProgress(heard.request(), 0, 4, 4));
        house.clock.advance(Duration.ofMillis(40));
        house.frames(first, house.delta(0, 0, "x"));
        house.clock.advance(Duration.ofMillis(60));
        house.dispatcher.left(new NodeId(first));
        port.answer(1, new Admission.Accepted(5));
        house.clock.advance(Duration.ofMillis(100));
        house.frames(
                other,
                new StreamProgress(heard.request(), 1, 5, 0),
                house.delta(1, 0, "y"),
                house.finish(1, 1),
                new StreamEnd(
                        heard.request(),
                        1,
                        2,
                        Outcome.COMPLETED,
                        null,
                        new Usage(5, 2, 0, 1),
                        new Timings(7_000, 50_000, 100_000)));

        assertThat(heard.summary().usage()).isEqualTo(new Usage(5, 2, 4, 1));
        assertThat(heard.summary().timings()).isEqualTo(new Timings(7_000, 40_000, 200_000));
    }

    @Test
    void anEngineOfALongerContextKeepsTheFirstOnesLimit() {
        house.renew(DispatchHouse.status("a", new ModelStatus(DispatchHouse.MODEL, FINGERPRINT, 100, 4, 4, 0, 0, 16)));
        StopConditions stop = StopConditions.of(0, List.of("never")).withMinTokens(90);
        house.dispatcher.dispatch(DispatchHouse.generation(1, OutputOptions.TEXT, stop), heard);
        port.answer(0, new Admission.Accepted(30));
        house.frames("a", house.delta(0, 0, "x"));
        house.renew(DispatchHouse.status("b", new ModelStatus(DispatchHouse.MODEL, FINGERPRINT, 200, 4, 4, 0, 0, 16)));
        house.dispatcher.left(new NodeId("a"));

        assertThat(port.commands.getFirst().stop()).isEqualTo(stop);
        assertThat(port.commands.getLast().stop().maxTokens()).isEqualTo(70);
        assertThat(port.commands.getLast().stop().minTokens()).isEqualTo(70);
        assertThat(port.commands.getLast().stop().strings()).containsExactly("never");
    }

    @Test
    void aStreamStaysWithAHangingEngineWhileItHasNowhereElseToGo() {
        house.startAdmitted("a");
        house.frames("a", house.delta(0, 0, "x"));
        house.renew(DispatchHouse.status("a", hanging()));
        house.pass(Duration.ofSeconds(1));
        house.frames("a", house.delta(0, 1, "y"));
        assertThat(heard.told).containsExactly("admitted " + FINGERPRINT, "x", "flush", "y", "flush");

        house.renew(DispatchHouse.status("b", FINGERPRINT));
        house.pass(Duration.ofMillis(250));
        assertThat(port.nodes.getLast()).hasToString("b");
        assertThat(port.cancels).containsExactly(new CancelStream(heard.request(), 0));
    }

    @Test
    void aNodeThatLeftIsNotBelievedWhatItSaidBefore() {
        house.startAdmitted("a");
        house.dispatcher.left(new NodeId("a"));
        house.renew(DispatchHouse.status("a", FINGERPRINT));
        assertThat(house.engines.isAlive(new NodeId("a"))).isFalse();

        house.clock.advance(Duration.ofSeconds(1));
        house.renew(DispatchHouse.status("a", FINGERPRINT));
        assertThat(house.engines.isAlive(new NodeId("a"))).isTrue();
    }

    private static ModelStatus hanging() {
        return new ModelStatus(DispatchHouse.MODEL, FINGERPRINT, DispatchHouse.CONTEXT, 0, 0, 0, 0, 0);
    }

    private StreamPrompt prompt(int attempt, int sequence, int from, int count) {
        List<TokenScores> scores = IntStream.range(from, from + count)
                .mapToObj(i -> new TokenScores(new ScoredToken(i, -1, 1, TokenBytes.of(new byte[0])), List.of()))
                .toList();
        return new StreamPrompt(heard.request(), attempt, sequence, from, scores);
    }
}
