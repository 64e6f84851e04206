package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.FailoverConfig.Unequal;
import io.insula.api.error.ApiError;
import io.insula.protocol.Admission;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.TokenIds;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Streams that lose their engine between engines of other numerics. */
class UnequalEnginesTest {

    private static final String FIRST = "text:numerics";
    private static final String OTHER = "text:others";
    private static final String FOREIGN = "letters:numerics";
    private static final Duration WAIT = FailoverConfig.DEFAULT.resumeWait();

    @Test
    void anEqualEngineIsPreferredHoweverBusyItIs() {
        DispatchHouse house = started(Unequal.APPROXIMATE);
        house.renew(DispatchHouse.status("idle", OTHER));
        house.renew(DispatchHouse.status(
                "busy", new ModelStatus(DispatchHouse.MODEL, FIRST, DispatchHouse.CONTEXT, 4, 0, 0, 12, 16)));
        house.dispatcher.left(new NodeId("a"));

        assertThat(house.port.nodes.getLast()).hasToString("busy");
    }

    @Test
    void anUnequalEngineGoesOnWhereThatIsAllowedAndTheAnswerSaysSo() {
        DispatchHouse house = started(Unequal.APPROXIMATE);
        house.renew(DispatchHouse.status("b", OTHER));
        house.dispatcher.left(new NodeId("a"));
        assertThat(house.port.commands.getLast().resumeTokens()).containsExactly(TokenIds.of('x'));
        house.port.answer(1, new Admission.Accepted(5));
        house.frames("b", house.delta(1, 0, "y"));

        assertThat(house.heard.told)
                .containsExactly("admitted " + FIRST, "x", "flush", "approximated " + OTHER, "y", "flush");
        assertThat(house.count("insula.api.streams.approximated")).isEqualTo(1);
    }

    @Test
    void whereItIsNotAllowedAnEqualEngineIsWaitedForAndThenTheAnswerEnds() {
        DispatchHouse house = started(Unequal.ERROR);
        house.renew(DispatchHouse.status("b", OTHER));
        house.fingerprint = OTHER;
        house.speaking.add("b");
        house.dispatcher.left(new NodeId("a"));
        house.pass(WAIT.dividedBy(2));
        assertThat(house.port.commands).hasSize(1);
        assertThat(house.heard.ended).isNull();
        house.pass(WAIT);

        assertThat(house.port.commands).hasSize(1);
        assertThat(house.heard.error()).isEqualTo(new ApiError.EngineLost());
    }

    @Test
    void tokensOfAnotherTokenizerAreNeverResumed() {
        DispatchHouse house = started(Unequal.APPROXIMATE);
        house.renew(DispatchHouse.status("b", FOREIGN));
        house.fingerprint = FOREIGN;
        house.speaking.add("b");
        house.dispatcher.left(new NodeId("a"));
        house.pass(WAIT.plusSeconds(1));

        assertThat(house.port.commands).hasSize(1);
        assertThat(house.heard.error()).isEqualTo(new ApiError.EngineLost());
    }

    @Test
    void anAnswerOfWhichNothingWasToldBeginsAnewAnywhere() {
        DispatchHouse house = new DispatchHouse(config(Unequal.ERROR));
        house.renew(DispatchHouse.status("a", FIRST));
        house.dispatcher.dispatch(DispatchHouse.generation(1), house.heard);
        house.port.answer(0, new Admission.Accepted(5));
        house.renew(DispatchHouse.status("b", FOREIGN));
        house.dispatcher.left(new NodeId("a"));
        house.port.answer(1, new Admission.Accepted(5));

        assertThat(house.port.commands.getLast().resumeTokens()).isEmpty();
        assertThat(house.heard.told).containsExactly("admitted " + FIRST, "admitted " + FOREIGN);
        assertThat(house.count("insula.api.streams.approximated")).isZero();
    }

    @Test
    void anEqualEngineThatIsFullIsWaitedForBeforeAnUnequalOneGoesOn() {
        DispatchHouse house = started(Unequal.APPROXIMATE);
        house.renew(DispatchHouse.status("equal", FIRST));
        house.renew(DispatchHouse.status("other", OTHER));
        house.dispatcher.left(new NodeId("a"));
        int asked = 1;
        for (Duration passed = Duration.ZERO;
                passed.compareTo(WAIT.plusSeconds(1)) < 0
                        && !house.port.nodes.getLast().value().equals("other");
                passed = passed.plusMillis(250)) {
            while (asked < house.port.commands.size()) {
                house.port.answer(asked++, new Admission.Rejected(Admission.Reason.OVERLOADED, "full", null, 500));
            }
            house.renew(DispatchHouse.status("equal", FIRST));
            house.renew(DispatchHouse.status("other", OTHER));
            house.pass(Duration.ofMillis(250));
            if (passed.compareTo(WAIT.dividedBy(2).minusSeconds(1)) < 0) {
                assertThat(house.port.nodes.getLast()).hasToString("equal");
            }
        }

        assertThat(house.port.nodes.getLast()).hasToString("other");
        assertThat(house.port.nodes).hasSizeGreaterThan(3);
    }

    @Test
    void whatAnEngineComputesWithIsLearntWhenItsModelIsLoaded() {
        DispatchHouse house = new DispatchHouse(config(Unequal.ERROR));
        house.renew(DispatchHouse.status("a", new ModelStatus(DispatchHouse.MODEL, FIRST, 9_000, 0, 0, 0, 0, 16)));
        house.dispatcher.dispatch(DispatchHouse.generation(1), house.heard);
        house.port.answer(0, new Admission.Accepted(0));
        house.renew(DispatchHouse.status("a", FIRST));
        house.pass(Duration.ofMillis(250));
        house.frames("a", house.delta(0, 0, "x"));
        house.renew(DispatchHouse.status("b", FIRST));
        house.dispatcher.left(new NodeId("a"));

        assertThat(house.port.nodes).hasSize(2);
    }

    @Test
    void anEngineOfAShorterContextIsNoEqual() {
        DispatchHouse house = started(Unequal.ERROR);
        house.renew(DispatchHouse.status("short", new ModelStatus(DispatchHouse.MODEL, FIRST, 1024, 4, 4, 0, 0, 16)));
        house.dispatcher.left(new NodeId("a"));

        assertThat(house.port.commands).hasSize(1);
    }

    private static DispatchHouse started(Unequal unequal) {
        DispatchHouse house = new DispatchHouse(config(unequal));
        house.renew(DispatchHouse.status("a", FIRST));
        house.dispatcher.dispatch(DispatchHouse.generation(1), house.heard);
        house.port.answer(0, new Admission.Accepted(5));
        house.frames("a", house.delta(0, 0, "x"));
        return house;
    }

    private static DispatchConfig config(Unequal unequal) {
        return DispatchConfig.DEFAULT.withFailover(new FailoverConfig(unequal, WAIT, 3, 16, Duration.ofSeconds(1)));
    }
}
