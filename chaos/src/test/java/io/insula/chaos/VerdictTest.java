package io.insula.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.chaos.fault.Happenings;
import io.insula.chaos.fault.Scenario;
import io.insula.chaos.house.LedgerRow;
import io.insula.chaos.load.Answer;
import io.insula.chaos.load.Door;
import io.insula.chaos.load.Question;
import io.insula.chaos.load.Reply;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static final long SECOND = 1_000_000_000;
    private static final UUID REQUEST = new UUID(0, 7);
    private static final Instant BROKEN = Instant.ofEpochSecond(100);
    private static final Question QUESTION = new Question(0, "plain", new JsonObject(), true, false);
    private static final Door DOOR = new Door("http-1", URI.create("http://a"), URI.create("http://b"));
    private static final Happenings KILLED = new Happenings(List.of(5 * SECOND), List.of(), Map.of(), List.of());
    private static final Reference REFERENCE = new Reference(
            List.of(QUESTION), List.of(reply("text", List.of(SECOND, 2 * SECOND), 2 * SECOND)), List.of(row(1, 3)));
    private static final ChaosOptions OPTIONS = new ChaosOptions(
            1,
            1,
            ChaosOptions.Model.TINY,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            1,
            0,
            false,
            Path.of("a"),
            Path.of("b"),
            Path.of("c"));

    private static Reply reply(String text, List<Long> arrivals, long ended) {
        Answer answer = new Answer(
                REQUEST,
                "fp_1",
                List.of(new Answer.Choice(text, "", List.of(), List.of(), "stop")),
                null,
                new JsonObject("""
                        {"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":0}}"""));
        return new Reply(QUESTION, 0, DOOR, 0, ended, arrivals, answer, null, 200, REQUEST);
    }

    private static Reply failed(int status, @Nullable UUID request) {
        return new Reply(QUESTION, 0, DOOR, 0, 6 * SECOND, List.of(), null, "gone", status, request);
    }

    private static LedgerRow row(int attempts, int completionTokens) {
        return new LedgerRow(REQUEST, 9, completionTokens, 0, "stop", attempts, BROKEN.plusSeconds(1));
    }

    private static Outcome judge(Scenario scenario, Happenings happened, Reply reply, LedgerRow... rows) {
        return new Verdict(scenario, REFERENCE, happened, OPTIONS, Map.of()).of(List.of(reply), List.of(rows));
    }

    private static final Reply MOVED = reply("text", List.of(4 * SECOND, 5 * SECOND + SECOND / 2), 6 * SECOND);

    @Test
    void anAnswerThatMovedUnnoticedIsGood() {
        Outcome outcome = judge(Scenario.KILL_ENGINE, KILLED, MOVED, row(2, 3));

        assertThat(outcome.complaints()).isEmpty();
        assertThat(outcome.moved()).isEqualTo(1);
        assertThat(outcome.moveStalls().most()).isEqualTo(0.5);
    }

    @Test
    void aTokenTooMuchAndOneTooFewAreFound() {
        for (String text : List.of("textt", "tex")) {
            Reply reply = reply(text, MOVED.arrivals(), MOVED.endedNanos());
            assertThat(judge(Scenario.KILL_ENGINE, KILLED, reply, row(2, 3)).complaints())
                    .singleElement()
                    .asString()
                    .contains("text differs");
        }
    }

    @Test
    void theLedgerHasOneRowOfEachRequestWithWhatTheClientWasTold() {
        assertThat(judge(Scenario.CALM, KILLED, MOVED).complaints())
                .anyMatch(complaint -> complaint.contains("0 ledger rows"));
        assertThat(judge(Scenario.CALM, KILLED, MOVED, row(1, 3), row(1, 3)).complaints())
                .anyMatch(complaint -> complaint.contains("2 ledger rows"));
        assertThat(judge(Scenario.CALM, KILLED, MOVED, row(1, 4)).complaints())
                .singleElement()
                .asString()
                .contains("the ledger says");
    }

    @Test
    void aStallBeyondItsBoundIsFound() {
        Reply late = reply("text", List.of(4 * SECOND, 8 * SECOND), 8 * SECOND);

        assertThat(judge(Scenario.KILL_ENGINE, KILLED, late, row(2, 3)).complaints())
                .singleElement()
                .asString()
                .contains("stood still for 3.00 s (p99; at most 2.0 s)");
        assertThat(judge(Scenario.PAUSE_ENGINE, KILLED, late, row(2, 3)).complaints())
                .isEmpty();
    }

    @Test
    void aFaultThatHitNothingProvesNothing() {
        assertThat(judge(Scenario.KILL_ENGINE, KILLED, MOVED, row(1, 3)).complaints())
                .singleElement()
                .asString()
                .contains("proves nothing");
    }

    @Test
    void onlyTheClientsOfABrokenNodeMayGoWithoutAnAnswer() {
        Happenings lost = new Happenings(List.of(5 * SECOND), List.of(), Map.of("http-1", BROKEN), List.of());

        assertThat(judge(Scenario.KILL_HTTP, lost, failed(200, REQUEST), row(1, 2))
                        .complaints())
                .isEmpty();
        assertThat(judge(Scenario.KILL_HTTP, lost, failed(200, REQUEST)).complaints())
                .anyMatch(complaint -> complaint.contains("0 ledger rows"));
        assertThat(judge(Scenario.KILL_HTTP, KILLED, failed(200, REQUEST), row(1, 2))
                        .complaints())
                .anyMatch(complaint -> complaint.contains("no answer: gone"));
    }

    @Test
    void aRowOfALostNodeComesWithinItsTime() {
        Happenings lost =
                new Happenings(List.of(5 * SECOND), List.of(), Map.of("http-1", BROKEN.minusSeconds(6)), List.of());

        assertThat(judge(Scenario.KILL_HTTP, lost, failed(200, REQUEST), row(1, 2))
                        .complaints())
                .singleElement()
                .asString()
                .contains("written only 7000 ms later");
    }

    @Test
    void refusalsAreGoodOnlyWhereNoEngineIsLeft() {
        assertThat(judge(Scenario.NONE_LEFT, KILLED, failed(503, null)).refused())
                .isEqualTo(1);
        assertThat(judge(Scenario.KILL_TWO, KILLED, failed(503, null)).complaints())
                .anyMatch(complaint -> complaint.contains("no answer"));
    }
}
