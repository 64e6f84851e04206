package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.decode.AnswerSyntax;
import io.insula.inference.decode.ByteTokenizer;
import io.insula.inference.decode.CallIds;
import io.insula.inference.decode.TextsGrammar;
import io.insula.inference.decode.parts.CallRules;
import io.insula.inference.decode.parts.ReasoningStart;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.LogitBias;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolCallDelta;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Reasoning, tool calls and grammars on their way through the scheduler: what the frames say, and what a move changes. */
class StructuredStreamsTest {

    private static final int CHOICES = 3;
    private static final String CALL = "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>";
    private static final List<String> TEXTS = List.of("done", CALL, "so " + CALL + "\n" + CALL, "no\u00e9");

    private static final ByteTokenizer TOKENIZER = new ByteTokenizer(
            "<think></think><tool_call>", List.of(), List.of("<think>", "</think>", "\n</tool_call>"));

    private static final AnswerSyntax SYNTAX = AnswerSyntax.of(TOKENIZER);
    private static final AnswerPlan PLAN = new AnswerPlan(
            SYNTAX,
            ReasoningStart.OPEN,
            new CallRules(SYNTAX.tools(), Set.of("add"), true, CallRules.Held.CALLS),
            () -> new TextsGrammar(TEXTS, SYNTAX::bytes, TOKENIZER.vocabulary()));

    private final RecordedFrames frames = new RecordedFrames();
    private final Scheduler scheduler = new Scheduler(
            Commands.MODEL,
            "text",
            400,
            () -> new HashingEngine(TOKENIZER.vocabulary(), CHOICES, 400),
            TOKENIZER,
            SchedulerHouse.config(8, 64, 100_000),
            frames,
            new SimpleMeterRegistry(),
            () -> 1);

    @Test
    void framesTellThePartsAndAMoveAtAnyTokenChangesNone() {
        scheduler.step();
        Set<String> texts = new TreeSet<>();
        for (int number = 1; number <= 10; number++) {
            GenerateCommand command = command(number);
            run(command);
            assertThat(frames.end(command.request(), 0).outcome()).isEqualTo(Outcome.COMPLETED);
            int reasoningTokens = 0;
            for (int choice = 0; choice < CHOICES; choice++) {
                List<StreamDelta> deltas = deltas(command, choice);
                String text = deltas.stream().map(StreamDelta::text).collect(Collectors.joining());
                List<ToolCallDelta> calls = deltas.stream()
                        .flatMap(delta -> delta.toolCalls().stream())
                        .toList();
                List<ToolCallDelta> starts =
                        calls.stream().filter(ToolCallDelta::starts).toList();
                FinishReason finish = deltas.getLast().finish();
                texts.add(text + starts.size() + finish);
                for (int call = 0; call < starts.size(); call++) {
                    assertThat(starts.get(call))
                            .isEqualTo(
                                    ToolCallDelta.start(call, new CallIds(command.request(), choice).of(call), "add"));
                    int index = call;
                    assertThat(calls.stream()
                                    .filter(delta -> delta.index() == index)
                                    .map(ToolCallDelta::arguments)
                                    .collect(Collectors.joining()))
                            .isEqualTo("{\"a\": 1}");
                }
                int closing = TOKENIZER.special("</think>").orElseThrow();
                List<Integer> tokens = frames.tokens(command.request(), 0, choice);
                reasoningTokens += tokens.indexOf(closing) + 1;
            }
            assertThat(frames.end(command.request(), 0).usage().reasoningTokens())
                    .isEqualTo(reasoningTokens)
                    .isPositive();
            if (number <= 2) {
                moveEverywhere(command);
            }
        }
        assertThat(texts)
                .as("all of the grammar's texts, as parts")
                .containsExactlyInAnyOrder("done0STOP", "1TOOL_CALLS", "so2TOOL_CALLS", "no\u00e90STOP");
    }

    private void moveEverywhere(GenerateCommand command) {
        int longest = 0;
        for (int choice = 0; choice < CHOICES; choice++) {
            longest = Math.max(longest, deltas(command, choice).size());
        }
        for (int cut = 1; cut < longest; cut += 5) {
            int[] cuts = new int[CHOICES];
            for (int choice = 0; choice < CHOICES; choice++) {
                cuts[choice] =
                        Math.min(cut + 7 * choice, deltas(command, choice).size() - 1);
            }
            List<TokenIds> delivered = new ArrayList<>();
            for (int choice = 0; choice < CHOICES; choice++) {
                delivered.add(TokenIds.of(frames.tokens(command.request(), 0, choice).stream()
                        .limit(cuts[choice])
                        .mapToInt(Integer::intValue)
                        .toArray()));
            }
            GenerateCommand moved = command.but().attempt(cut, delivered).build();
            run(moved);
            for (int choice = 0; choice < CHOICES; choice++) {
                List<StreamDelta> whole = deltas(command, choice);
                assertThat(contents(deltas(moved, choice)))
                        .as("choice %d of %s after %s", choice, command.request(), Arrays.toString(cuts))
                        .isEqualTo(contents(whole.subList(cuts[choice], whole.size())));
            }
            assertThat(frames.end(moved.request(), cut).usage())
                    .isEqualTo(frames.end(command.request(), 0).usage());
        }
    }

    private record Content(TokenIds tokens, String text, String reasoning, List<ToolCallDelta> calls, String finish) {}

    private static List<Content> contents(List<StreamDelta> deltas) {
        return deltas.stream()
                .map(delta -> new Content(
                        delta.tokens(),
                        delta.text(),
                        delta.reasoning(),
                        delta.toolCalls(),
                        String.valueOf(delta.finish())))
                .toList();
    }

    private List<StreamDelta> deltas(GenerateCommand command, int choice) {
        return frames.deltas(command.request(), command.attempt()).stream()
                .filter(delta -> delta.choice() == choice)
                .toList();
    }

    private void run(GenerateCommand command) {
        int[] prompt = TOKENIZER.encodeText("why? <think>\n");
        assertThat(scheduler.offer(new StreamRequest(command, TokenIds.of(prompt), PLAN, 200, 1)))
                .isEqualTo(Scheduler.Offer.QUEUED);
        int steps = 0;
        while (!scheduler.whenIdle().isDone()) {
            scheduler.step();
            assertThat(++steps).isLessThan(10_000);
        }
    }

    private static GenerateCommand command(int number) {
        SamplingParameters sampling = new SamplingParameters(1.5, 0.98, number)
                .withPenalties(new Penalties(1, 0.1, 0))
                .withLogitBias(LogitBias.of(Map.of(TOKENIZER.special("</think>").orElseThrow(), 7.0)));
        return Commands.choices(Commands.command(number, "-", 200), CHOICES)
                .but()
                .sampling(sampling)
                .build();
    }
}
