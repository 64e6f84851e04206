package io.insula.launcher.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.Generation;
import io.insula.launcher.failover.Fleet.Fault;
import io.insula.protocol.StreamFrame.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Text, tool calls, log-probabilities and usage of answers whose engine is lost are bitwise those of undisturbed ones. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FailoverIT {

    private static final List<Generation> QUESTIONS = Questions.all();

    private static List<Transcript.Answer> undisturbed = List.of();

    @BeforeAll
    static void askUndisturbed() throws Exception {
        try (Fleet fleet = new Fleet(Fleet.PROCESSORS, Fault.NONE, 1)) {
            undisturbed = answers(fleet.ask(QUESTIONS));
        }
        // The comparison is worth something only while every kind of answer is there.
        assertThat(undisturbed.stream().map(Transcript.Answer::result))
                .allMatch(result -> result.startsWith("Completed"));
        assertThat(undisturbed.stream().filter(answer -> !answer.prompt().isEmpty()))
                .hasSize(2);
        assertThat(undisturbed.stream()
                        .flatMap(answer -> answer.choices().stream())
                        .flatMap(choice -> choice.finishes().stream()))
                .contains(FinishReason.values());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void answersOfALostEngineAreTheUndisturbedOnes(Fault fault) throws Exception {
        try (Fleet fleet = new Fleet(Fleet.PROCESSORS, fault, 3)) {
            long began = System.nanoTime();
            List<Transcript> transcripts = fleet.ask(QUESTIONS);
            assertThat(transcripts).noneMatch(Transcript::approximate);
            Duration took = Duration.ofNanos(System.nanoTime() - began);

            List<Transcript.Answer> answers = answers(transcripts);
            for (int i = 0; i < answers.size(); i++) {
                assertEqual(answers.get(i), undisturbed.get(i), fault + ", question " + i);
            }
            assertThat(fleet.struck.get()).as("the fault happened").isNotNull();
            assertThat(transcripts).anyMatch(transcript -> transcript.attempts() > 1);
            assertThat(fleet.meters.get("insula.api.streams.resumed").counter().count())
                    .isPositive();
            if (fault == Fault.NODE_SLEEPS_AND_WAKES) {
                assertThat(fleet.meters
                                .get("insula.api.frames.dropped")
                                .counter()
                                .count())
                        .isPositive();
            }
            assertThat(took).isLessThan(Duration.ofSeconds(20));
        }
    }

    /** Part by part, since texts of a random model are nothing to print. */
    private static void assertEqual(Transcript.Answer answer, Transcript.Answer expected, String about) {
        assertThat(answer.result()).as(about).isEqualTo(expected.result());
        assertThat(answer.usage()).as(about).isEqualTo(expected.usage());
        for (int choice = 0; choice < expected.choices().size(); choice++) {
            Transcript.Choice told = answer.choices().get(choice);
            Transcript.Choice whole = expected.choices().get(choice);
            assertThat(told.tokens()).as(about).isEqualTo(whole.tokens());
            assertThat(told.finishes()).as(about).isEqualTo(whole.finishes());
            assertThat(told.calls()).as(about).isEqualTo(whole.calls());
            assertThat(told.scores().equals(whole.scores()))
                    .as("%s: equal log-probabilities", about)
                    .isTrue();
        }
        assertThat(answer.equals(expected)).as("%s: equal in all", about).isTrue();
    }

    private static List<Transcript.Answer> answers(List<Transcript> transcripts) {
        return transcripts.stream()
                .map(transcript -> transcript.answer().join())
                .toList();
    }
}
