package io.insula.launcher.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.Generation;
import io.insula.launcher.failover.Fleet.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Answers whose GPU is lost go on on another one. Fake devices run the engine's own networks in float32, whose last bits depend
 * on where a prompt is cut: so tokens are compared, and not the bits of log-probabilities.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GpuFailoverIT {

    private static final List<Generation> QUESTIONS = Questions.all();

    @TempDir
    static Path plans;

    private static List<Answer> undisturbed = List.of();

    /** What may not depend on engines that differ by last bits. */
    private record Answer(List<List<Integer>> tokens, String result) {

        static Answer of(Transcript transcript) {
            Transcript.Answer told = transcript.answer().join();
            return new Answer(
                    told.choices().stream().map(Transcript.Choice::tokens).toList(), told.result());
        }
    }

    @BeforeAll
    static void askUndisturbed() throws Exception {
        try (Fleet fleet = new Fleet(new InterpretedGpus(plans.resolve("undisturbed")), Fault.NONE, 1)) {
            undisturbed = fleet.ask(QUESTIONS).stream().map(Answer::of).toList();
        }
        assertThat(undisturbed).allMatch(answer -> answer.result().startsWith("Completed"));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.INCLUDE,
            names = {"ENGINE_FAILS", "NODE_CRASHES"})
    void answersOfALostGpuGoOnOnAnother(Fault fault) throws Exception {
        InterpretedGpus gpus = new InterpretedGpus(plans.resolve(fault.name()));
        try (Fleet fleet = new Fleet(gpus, fault, 2)) {
            List<Transcript> transcripts = fleet.ask(QUESTIONS);
            assertThat(fleet.struck.get()).as("the fault happened").isNotNull();
            assertThat(transcripts).anyMatch(transcript -> transcript.attempts() > 1);
            assertThat(transcripts).as("said to be approximate").anyMatch(Transcript::approximate);
            for (int i = 0; i < transcripts.size(); i++) {
                assertThat(Answer.of(transcripts.get(i)))
                        .as("%s, question %d", fault, i)
                        .isEqualTo(undisturbed.get(i));
            }
            if (fault == Fault.ENGINE_FAILS) {
                assertThat(gpus.refused).as("it is tried again").hasPositiveValue();
            }
        }
    }
}
