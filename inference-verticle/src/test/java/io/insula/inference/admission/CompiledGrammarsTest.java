package io.insula.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.decode.AnswerSyntax;
import io.insula.inference.decode.ByteTokenizer;
import io.insula.inference.decode.CallIds;
import io.insula.inference.decode.ChoiceDecoder;
import io.insula.inference.decode.ChoiceHistory;
import io.insula.inference.decode.Sampler;
import io.insula.inference.decode.parts.ToolSyntax;
import io.insula.inference.engine.WholeLogits;
import io.insula.inference.grammar.GrammarConfig;
import io.insula.inference.schedule.Commands;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.Penalties;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolCallDelta;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands to answers through the grammars that production compiles, with logits that know nothing. */
class CompiledGrammarsTest {

    private static final long SEED = 20260106;
    private static final List<ToolDefinition> TOOLS = List.of(
            new ToolDefinition(
                    "add",
                    "",
                    "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1,22]}},\"required\":[\"a\"],\"additionalProperties\":false}",
                    true),
            new ToolDefinition(
                    "add_all", "", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}", true));

    static Stream<ByteTokenizer> tokenizers() {
        return Stream.of(
                new ByteTokenizer("<tool_call>", List.of(), List.of("<tool_call>", "</tool_call>")),
                new ByteTokenizer("<think></think><tool_call>", List.of("<think>", "</think>"), List.of()),
                new ByteTokenizer("ipython \"parameters\": ", List.of("<|python_tag|>"), List.of()),
                new ByteTokenizer("[TOOL_CALLS]", List.of("[TOOL_CALLS]"), List.of()),
                new ByteTokenizer("[TOOL_CALLS][ARGS]", List.of("[TOOL_CALLS]", "[ARGS]"), List.of()));
    }

    private record Answer(String text, List<String> calls, FinishReason finish) {}

    @ParameterizedTest
    @MethodSource("tokenizers")
    void requiredCallsComeOutAsCallsOfTheirSchema(ByteTokenizer tokenizer) {
        for (boolean parallel : new boolean[] {true, false}) {
            int finished = 0;
            for (int round = 0; round < 12; round++) {
                Answer answer = answer(
                        tokenizer,
                        new Tools(TOOLS, new ToolChoice.Required(), parallel),
                        new ResponseForm.Text(),
                        round);
                assertThat(answer.text()).isEmpty();
                if (answer.finish() == FinishReason.TOOL_CALLS) {
                    finished++;
                    assertThat(answer.calls())
                            .isNotEmpty()
                            .allMatch(
                                    call -> call.replaceAll("\\s", "").matches("add\\{\"a\":(1|22)}|add_all\\{}"),
                                    "of the schema");
                    assertThat(parallel || answer.calls().size() == 1).isTrue();
                }
            }
            assertThat(finished).as("answers that ended").isGreaterThan(6);
        }
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void argumentsAreObjectsThoughTheSchemaDoesNotSaySo(ByteTokenizer tokenizer) {
        int finished = 0;
        for (String schema : List.of(
                "{}",
                "{\"properties\":{\"a\":{\"type\":\"null\"}}}",
                "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"maxProperties\":0}}}")) {
            for (int round = 0; round < 12; round++) {
                Answer answer = answer(
                        tokenizer,
                        new Tools(
                                List.of(new ToolDefinition("now", "", schema, false)),
                                new ToolChoice.Required(),
                                false),
                        new ResponseForm.Text(),
                        round);
                assertThat(answer.text()).as(schema).isEmpty();
                assertThat(answer.calls()).as(schema).allMatch(call -> call.startsWith("now{") || call.equals("now"));
                finished += answer.finish() == FinishReason.TOOL_CALLS ? 1 : 0;
            }
        }
        assertThat(finished).as("answers that ended").isGreaterThan(6);
    }

    @Test
    void aToolWhoseParametersAllowNoObjectIsRefused() {
        ByteTokenizer tokenizer = new ByteTokenizer();
        CompiledGrammars grammars =
                new CompiledGrammars(tokenizer, AnswerSyntax.of(tokenizer), GrammarConfig.defaults());
        List<ToolDefinition> tools =
                List.of(TOOLS.get(0), new ToolDefinition("odd", "", "{\"type\": \"array\"}", false));
        assertThatThrownBy(() -> grammars.ofCalls(new CallGrammar(ToolSyntax.HERMES.form(), tools, 0, true, false)))
                .isInstanceOfSatisfying(GrammarRefusedException.class, refused -> {
                    assertThat(refused.param()).isEqualTo("tools[1].function.parameters");
                    assertThat(refused).hasMessageContaining("no object meets the schema");
                });
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void aFormOrCalls(ByteTokenizer tokenizer) {
        int texts = 0;
        int calls = 0;
        for (int round = 0; round < 24; round++) {
            Answer answer = answer(
                    tokenizer,
                    new Tools(TOOLS, new ToolChoice.Auto(), true),
                    new ResponseForm.Choice(List.of("yes", "no")),
                    round);
            if (answer.finish() == FinishReason.STOP) {
                assertThat(answer.text()).isIn("yes", "no");
                texts++;
            } else if (answer.finish() == FinishReason.TOOL_CALLS) {
                assertThat(answer.text()).isEmpty();
                calls++;
            }
        }
        assertThat(texts).isPositive();
        assertThat(calls).isPositive();
    }

    @Test
    void bareCallsBeginTheAnswerOrFollowTheirTag() {
        ByteTokenizer llama = new ByteTokenizer("ipython \"parameters\": ", List.of("<|python_tag|>"), List.of());
        Tools tools = new Tools(TOOLS, new ToolChoice.Auto(), true);
        ResponseForm text = new ResponseForm.Text();
        for (String plain : List.of("Config: {\"name\": \"bob\"}", "{\"names\": 1}", "<|python{\"name\": \"bob\"}")) {
            assertThat(read(llama, tools, text, plain))
                    .as(plain)
                    .isEqualTo(new Answer(plain, List.of(), FinishReason.STOP));
        }
        for (String before : List.of("", " \n", "Well, <|python_tag|>", "<|python_tag|><|python_tag|>")) {
            Answer called = read(llama, tools, text, before + "{\"name\": \"add\", \"parameters\": {\"a\":1}}");
            assertThat(called.calls()).as(before).containsExactly("add{\"a\":1}");
            assertThat(called.finish()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThatThrownBy(() -> read(llama, tools, text, before + "{\"name\": \"bob\"}"))
                    .as("no tool")
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatTheFormAloneAllowsIsNoCall() {
        Tools tools = new Tools(
                List.of(new ToolDefinition("now", "", "{\"maxProperties\": 0}", true)), new ToolChoice.Auto(), true);
        ResponseForm json = new ResponseForm.JsonObject();
        ByteTokenizer mistral = new ByteTokenizer("[TOOL_CALLS][ARGS]", List.of(), List.of());
        String quoting = "{\"a\": \"[TOOL_CALLS]now{'x':1} rest\"}";
        assertThat(read(mistral, tools, json, quoting)).isEqualTo(new Answer(quoting, List.of(), FinishReason.STOP));
        assertThat(read(mistral, tools, json, "[TOOL_CALLS]now[ARGS]{}"))
                .isEqualTo(new Answer("", List.of("now{}"), FinishReason.TOOL_CALLS));

        ByteTokenizer llama = new ByteTokenizer("ipython \"parameters\": ", List.of("<|python_tag|>"), List.of());
        for (String text : List.of("{\"name\": \"now\", \"price\": 1}", "{\"name\": \"bob\", \"parameters\": {}}")) {
            assertThat(read(llama, tools, json, text))
                    .as(text)
                    .isEqualTo(new Answer(text, List.of(), FinishReason.STOP));
        }
        String call = "{\"name\": \"now\", \"parameters\": {";
        assertThat(read(llama, tools, json, call + "}}"))
                .isEqualTo(new Answer("", List.of("now{}"), FinishReason.TOOL_CALLS));
        assertThatThrownBy(() -> read(llama, tools, json, call + "\"unheld\": 1}}"))
                .as("of both, the call")
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatCannotBeCompiledNamesItsField() {
        ByteTokenizer tokenizer = new ByteTokenizer();
        AnswerGrammars grammars = new CompiledGrammars(tokenizer, AnswerSyntax.of(tokenizer), GrammarConfig.defaults());
        assertThatThrownBy(() -> grammars.ofForm(new ResponseForm.JsonSchema("{\"type\": \"thing\"}", true)))
                .isInstanceOfSatisfying(GrammarRefusedException.class, refused -> {
                    assertThat(refused.param()).isEqualTo("response_format");
                    assertThat(refused).hasMessageContaining("type");
                });
    }

    @Test
    void aToolWhoseParametersCannotBeCompiledIsNamedByItsPlaceInTheRequest() {
        ByteTokenizer tokenizer = new ByteTokenizer();
        AnswerSyntax syntax = AnswerSyntax.of(tokenizer);
        AnswerPlanner planner =
                new AnswerPlanner(syntax, new CompiledGrammars(tokenizer, syntax, GrammarConfig.defaults()));
        List<ToolDefinition> tools =
                List.of(TOOLS.get(0), new ToolDefinition("odd", "", "{\"type\": \"thing\"}", false), TOOLS.get(1));
        for (ToolChoice choice : List.of(new ToolChoice.Required(), new ToolChoice.Named("odd"))) {
            GenerateCommand command = Commands.command(1, "-", 400)
                    .but()
                    .tools(new Tools(tools, choice, true))
                    .build();
            assertThatThrownBy(() -> planner.plan(command, TokenIds.of('x')))
                    .isInstanceOfSatisfying(GrammarRefusedException.class, refused -> {
                        assertThat(refused.param()).isEqualTo("tools[1].function.parameters");
                        assertThat(refused).hasMessageStartingWith("tools[1].function.parameters: #/type: 'thing'");
                    });
        }
    }

    @Test
    void toolsThatTakeTooManyStepsTogetherAreBlamedTogetherAndCompiledOnce() {
        ByteTokenizer tokenizer = new ByteTokenizer();
        AnswerSyntax syntax = AnswerSyntax.of(tokenizer);
        CompiledGrammars grammars = new CompiledGrammars(tokenizer, syntax, GrammarConfig.defaults());
        List<ToolDefinition> tools = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            String pattern = "^(?:[01]*1[01]{11}" + (char) ('a' + i % 26) + "x".repeat(1 + i / 26) + ")$";
            tools.add(new ToolDefinition(
                    "t" + i + "x",
                    "",
                    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"" + pattern
                            + "\"}}}",
                    true));
        }
        assertThatThrownBy(() -> grammars.ofCalls(new CallGrammar(syntax.tools().form(), tools, 0, true, false)))
                .isInstanceOfSatisfying(GrammarRefusedException.class, refused -> {
                    assertThat(refused.param()).isEqualTo("tools");
                    assertThat(refused).hasMessageMatching("tools: takes more than 20000000 steps to compile");
                });
    }

    /** What becomes of a text that ends by itself. */
    private static Answer read(ByteTokenizer tokenizer, Tools tools, ResponseForm form, String text) {
        ChoiceDecoder decoder = decoder(tokenizer, tools, form, 7);
        int[] tokens = tokenizer.encodeText(text);
        StringBuilder content = new StringBuilder();
        List<String> calls = new ArrayList<>();
        for (int i = 0; i <= tokens.length && decoder.finish() == null; i++) {
            ChoiceDecoder.Step step = decoder.accept(i < tokens.length ? tokens[i] : ByteTokenizer.END);
            content.append(step.text());
            add(calls, step);
        }
        return new Answer(content.toString(), calls, Objects.requireNonNull(decoder.finish()));
    }

    private static void add(List<String> calls, ChoiceDecoder.Step step) {
        for (ToolCallDelta delta : step.toolCalls()) {
            calls.add(delta.starts() ? delta.name() : calls.removeLast() + delta.arguments());
        }
    }

    private static ChoiceDecoder decoder(ByteTokenizer tokenizer, Tools tools, ResponseForm form, int seed) {
        AnswerSyntax syntax = AnswerSyntax.of(tokenizer);
        GenerateCommand command =
                Commands.command(seed, "-", 400).but().tools(tools).form(form).build();
        AnswerPlan plan = new AnswerPlanner(syntax, new CompiledGrammars(tokenizer, syntax, GrammarConfig.defaults()))
                .plan(command, TokenIds.of('x'));
        return new ChoiceDecoder(tokenizer, plan, new CallIds(command.request(), 0), StopConditions.NONE, 400);
    }

    private static Answer answer(ByteTokenizer tokenizer, Tools tools, ResponseForm form, int seed) {
        ChoiceDecoder decoder = decoder(tokenizer, tools, form, seed);
        SamplingParameters hot = new SamplingParameters(2, 1, seed);
        ChoiceHistory history = ChoiceHistory.after(TokenIds.EMPTY, Penalties.NONE);
        Sampler sampler = new Sampler(tokenizer.vocabulary());
        Random random = new Random(SEED + seed);
        StringBuilder text = new StringBuilder();
        List<String> calls = new ArrayList<>();
        while (decoder.finish() == null) {
            float[] row = new float[tokenizer.vocabulary()];
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
            tokenizer.special("</think>").ifPresent(token -> row[token] += 12);
            int only = decoder.only();
            int token = only >= 0 ? only : sampler.sample(WholeLogits.of(row), 0, hot, history, decoder.next(), 0);
            history.add(token);
            ChoiceDecoder.Step step = decoder.accept(token);
            text.append(step.text());
            add(calls, step);
        }
        return new Answer(text.toString(), calls, decoder.finish());
    }
}
