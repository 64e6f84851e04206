package io.insula.inference.schedule;

import static io.insula.inference.schedule.Commands.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.decode.LogProbabilities;
import io.insula.inference.engine.StepLogits;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.TokenScores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests for several answers, for log-probabilities and with a deadline. */
class SchedulerChoicesTest {

    private static final SchedulerConfig CONFIG =
            SchedulerHouse.config(8, 50, 1_000_000).withMemory(10_000, 10_000);

    @Test
    void everyChoiceIsBitwiseItsSoloRunFromOnePrefill() {
        SchedulerHouse house = new SchedulerHouse(5, CONFIG);
        GenerateCommand command = Commands.choices(command(1, "x".repeat(50), 30), 4);
        house.offer(command(2, "beside", 40));
        house.offer(command);
        house.runUntilIdle();
        List<SoloRun> solos = solos(house, command);
        for (int choice = 0; choice < 4; choice++) {
            assertThat(house.frames.tokens(command.request(), 0, choice))
                    .as("choice %d", choice)
                    .isEqualTo(solos.get(choice).tokens());
        }
        assertThat(solos.stream().map(SoloRun::tokens).distinct())
                .as("choices that differ")
                .hasSize(4);
        assertThat(house.count("insula.inference.prefill.tokens")).isEqualTo(50 + 6);
        assertThat(house.frames.end(command.request(), 0).usage().completionTokens())
                .isEqualTo(solos.stream().mapToInt(solo -> solo.tokens().size()).sum());
        assertThat(house.engine().allEmpty()).isTrue();
    }

    @Test
    void aResumedRequestGoesOnWithEachChoiceWhereThatStood() {
        SchedulerHouse house = new SchedulerHouse(3, CONFIG);
        GenerateCommand command = Commands.choices(command(1, "resume me", 25), 3);
        List<SoloRun> solos = solos(house, command);
        int[] delivered = {0, 7, solos.get(2).tokens().size()};
        GenerateCommand resumed = command.but()
                .attempt(
                        1,
                        IntStream.range(0, 3)
                                .mapToObj(choice -> solos.get(choice).firstTokens(delivered[choice]))
                                .toList())
                .build();
        house.offer(resumed);
        house.runUntilIdle();
        for (int choice = 0; choice < 3; choice++) {
            List<Integer> all = solos.get(choice).tokens();
            assertThat(house.frames.tokens(command.request(), 1, choice))
                    .isEqualTo(all.subList(delivered[choice], all.size()));
        }
    }

    @Test
    void requestsOfSeveralChoicesAndTenantsTakeSlotsFromEachOtherAndNobodysAnswerChanges() {
        SchedulerHouse house = new SchedulerHouse(4, CONFIG);
        List<GenerateCommand> commands = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            commands.add(Commands.ofTenant(
                    Commands.choices(command(i, "tenant " + "x".repeat(3 * i), 20 + i), 1 + i % 4), i % 3));
        }
        for (GenerateCommand command : commands) {
            house.offer(command);
            house.scheduler.step();
            house.scheduler.step();
        }
        house.runUntilIdle();
        for (GenerateCommand command : commands) {
            List<SoloRun> solos = solos(house, command);
            for (int choice = 0; choice < solos.size(); choice++) {
                assertThat(house.frames.tokens(command.request(), 0, choice))
                        .as("%s, choice %d", command.request(), choice)
                        .isEqualTo(solos.get(choice).tokens());
            }
        }
        assertThat(house.count("insula.inference.preemptions")).isPositive();
        assertThat(house.parkedBytes()).isZero();
        assertThat(house.engine().allEmpty()).isTrue();
    }

    @Test
    void everyTokenIsToldWithItsScoresAndPromptTokensBeforeThem() {
        for (int length : new int[] {1, 2, 5, 9, 33, 60}) {
            SchedulerHouse house = new SchedulerHouse(2, CONFIG);
            GenerateCommand command = command(1, "score " + "s".repeat(length), 6)
                    .but()
                    .output(new OutputOptions(1, 2, 3))
                    .build();
            house.offer(command);
            house.runUntilIdle();
            int[] prompt = house.prompt(command);
            assertThat(house.frames.tokens(command.request(), 0))
                    .isEqualTo(house.solo(command).tokens());
            int next = 1;
            for (StreamPrompt scores : house.frames.prompts(command.request(), 0)) {
                assertThat(scores.from()).isEqualTo(next);
                for (TokenScores token : scores.scores()) {
                    assertThat(token).isEqualTo(expected(house, prompt, next, 3));
                    next++;
                }
            }
            assertThat(next).isEqualTo(prompt.length);
            for (StreamDelta delta : house.frames.deltas(command.request(), 0)) {
                assertThat(delta.scores()).hasSize(1);
                assertThat(delta.scores().getFirst().chosen().token())
                        .isEqualTo(delta.tokens().get(0));
                assertThat(delta.scores().getFirst().top()).hasSize(2);
            }
        }
    }

    @Test
    void scoresThatCannotBeToldEndTheirStreamAlone() {
        SchedulerHouse house = new SchedulerHouse(
                2,
                CONFIG,
                () -> new HashingEngine(LetterTokenizer.VOCABULARY, 2, SchedulerHouse.CONTEXT).withBrokenScores());
        GenerateCommand neighbour = command(1, "beside", 30);
        GenerateCommand scored = command(2, "score me", 5)
                .but()
                .output(new OutputOptions(1, OutputOptions.UNSCORED, 0))
                .build();
        house.offer(neighbour);
        house.offer(scored);
        house.runUntilIdle();
        assertThat(house.frames.end(scored.request(), 0).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(house.frames.end(scored.request(), 0).error()).startsWith("the answer cannot be decoded: logits");
        assertThat(house.frames.tokens(neighbour.request(), 0))
                .isEqualTo(house.solo(neighbour).tokens());
        assertThat(house.count("insula.inference.engine.failures")).isZero();
    }

    @Test
    void aStreamWhoseDeadlinePassesEndsWhereverItIs() {
        SchedulerHouse house = new SchedulerHouse(1, CONFIG);
        GenerateCommand running =
                command(1, "x".repeat(80), 0).but().deadlineMillis(500).build();
        GenerateCommand waiting =
                command(2, "waiting", 5).but().deadlineMillis(400).build();
        GenerateCommand patient = command(3, "patient", 5);
        house.offer(running);
        house.offer(waiting);
        house.offer(patient);
        house.scheduler.step();
        house.nowNanos += Duration.ofMillis(450).toNanos();
        house.scheduler.step();
        assertThat(house.frames.end(waiting.request(), 0).outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(house.frames.ended(running.request(), 0)).isFalse();
        house.nowNanos += Duration.ofMillis(50).toNanos();
        house.scheduler.step();
        assertThat(house.frames.end(running.request(), 0).outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(house.frames.end(running.request(), 0).error()).contains("deadline");
        house.runUntilIdle();
        assertThat(house.frames.end(patient.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
    }

    private static List<SoloRun> solos(SchedulerHouse house, GenerateCommand command) {
        return IntStream.range(0, command.output().choices())
                .mapToObj(choice -> SoloRun.of(
                        new HashingEngine(LetterTokenizer.VOCABULARY, 1, SchedulerHouse.CONTEXT),
                        house.tokenizer,
                        command,
                        house.prompt(command),
                        house.maxTokens(command),
                        choice))
                .toList();
    }

    /** From the logits of the prompt up to a token, computed at once. */
    private static TokenScores expected(SchedulerHouse house, int[] prompt, int at, int alternatives) {
        HashingEngine engine = new HashingEngine(LetterTokenizer.VOCABULARY, 1, SchedulerHouse.CONTEXT);
        // Two tokens at least: it counts a chunk of one as decoded.
        StepLogits logits;
        if (at == 1) {
            logits = engine.prefillScored(0, prompt, 0, 2);
        } else {
            engine.prefill(0, prompt, 0, at);
            logits = engine.prefillLogits();
        }
        return new LogProbabilities(LetterTokenizer.VOCABULARY)
                .of(logits, 0, prompt[at], alternatives, house.tokenizer);
    }
}
