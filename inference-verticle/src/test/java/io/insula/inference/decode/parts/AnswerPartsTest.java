package io.insula.inference.decode.parts;

import static io.insula.inference.decode.parts.ToolSyntax.HERMES;
import static io.insula.inference.decode.parts.ToolSyntax.LLAMA;
import static io.insula.inference.decode.parts.ToolSyntax.MISTRAL_LIST;
import static io.insula.inference.decode.parts.ToolSyntax.MISTRAL_NAMED;
import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.decode.parts.ReadAnswer.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerPartsTest {

    private static final long SEED = 20260104;

    record Example(@Nullable ToolSyntax syntax, String text, String reasoning, String content, List<Call> calls) {

        static Example of(@Nullable ToolSyntax syntax, String text, String content, String... calls) {
            return new Example(syntax, text, "", content, calls(calls));
        }

        /** Name, arguments, name, arguments, …; arguments that end with … are not complete. */
        private static List<Call> calls(String... calls) {
            return IntStream.range(0, calls.length / 2)
                    .mapToObj(i -> calls[2 * i + 1].endsWith("…")
                            ? new Call(calls[2 * i], calls[2 * i + 1].replace("…", ""), false)
                            : new Call(calls[2 * i], calls[2 * i + 1], true))
                    .toList();
        }
    }

    static Stream<Example> examples() {
        return Stream.of(
                new Example(
                        HERMES,
                        "<think>\nadd them\n</think>\n\nSure.\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>",
                        "add them",
                        "Sure.",
                        Example.calls("add", "{\"a\": 1}")),
                Example.of(
                        HERMES,
                        "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": [1, {\"b\": \"}\\\"]\"}]}}\n</tool_call>\n"
                                + "<tool_call>{\"arguments\":{ } ,\"name\":\"get\\u005fweather\"}</tool_call>",
                        "",
                        "add",
                        "{\"a\": [1, {\"b\": \"}\\\"]\"}]}",
                        "get_weather",
                        "{ }"),
                Example.of(
                        HERMES,
                        "<tool_call>{\"name\":\"add\",\"parameters\":{}}\n{\"name\":\"add\",\"arguments\":{\"x\":0}}</tool_call> and so on ",
                        "and so on ",
                        "add",
                        "{}",
                        "add",
                        "{\"x\":0}"),
                Example.of(
                        HERMES,
                        "<tool_call>{\"id\": 12e-3, \"type\":\"function\",\"name\":\"add\",\"arguments\":{},\"more\": [\"]\", true]}</tool_call>",
                        "",
                        "add",
                        "{}"),
                // The closing tag is missing, at the end and before another call.
                Example.of(
                        HERMES,
                        "<tool_call>{\"name\":\"add\",\"arguments\":{}}\n<tool_call>{\"name\":\"add\",\"arguments\":{}}",
                        "",
                        "add",
                        "{}",
                        "add",
                        "{}"),
                Example.of(HERMES, "<tool_call>{\"name\":\"add\",\"arguments\":{}}\n</tool_ca", "", "add", "{}"),
                Example.of(
                        HERMES,
                        "<tool_call>{\"name\":\"add\",\"arguments\":{}}\n</tool_box> x",
                        "</tool_box> x",
                        "add",
                        "{}"),
                // Cut short.
                Example.of(HERMES, "<tool_call>{\"name\":\"add\",\"arguments\":{\"a\": \"}", "", "add", "{\"a\": \"}…"),
                Example.of(
                        HERMES,
                        "so \n<tool_call>{\"name\":\"add\",\"argum",
                        "so \n<tool_call>{\"name\":\"add\",\"argum"),
                Example.of(HERMES, "so \n<tool_ca", "so \n<tool_ca"),
                Example.of(HERMES, "so \n", "so \n"),
                // No calls.
                Example.of(
                        HERMES,
                        "<tool_call>{\"name\":\"rm\",\"arguments\":{}}</tool_call>",
                        "<tool_call>{\"name\":\"rm\",\"arguments\":{}}</tool_call>"),
                Example.of(
                        HERMES,
                        "<tool_call>{\"name\":\"add\",\"arguments\":\"{}\"}</tool_call>",
                        "<tool_call>{\"name\":\"add\",\"arguments\":\"{}\"}</tool_call>"),
                Example.of(HERMES, "<tool_call>{}</tool_call>", "<tool_call>{}</tool_call>"),
                Example.of(HERMES, "<tool_call>\n\nnone", "<tool_call>\n\nnone"),
                Example.of(
                        HERMES,
                        "<tool_call> <tool_call>{\"name\":\"add\",\"arguments\":{}}</tool_call>",
                        "<tool_call>",
                        "add",
                        "{}"),
                Example.of(
                        HERMES,
                        "<tool_call>{\"arguments\":{\"x\":\"<tool_call>\"},\"what\"",
                        "<tool_call>{\"arguments\":{\"x\":\"<tool_call>\"},\"what\""),
                Example.of(HERMES, "{\"name\":\"add\",\"arguments\":{}}", "{\"name\":\"add\",\"arguments\":{}}"),
                Example.of(HERMES, "1 < 2 <tool> <<tool_call", "1 < 2 <tool> <<tool_call"),
                Example.of(
                        null,
                        "<tool_call>{\"name\":\"add\",\"arguments\":{}}",
                        "<tool_call>{\"name\":\"add\",\"arguments\":{}}"),
                Example.of(LLAMA, "{\"name\": \"add\", \"parameters\": {\"a\": \"1\"}}", "", "add", "{\"a\": \"1\"}"),
                Example.of(
                        LLAMA,
                        "\n{\"type\": \"function\", \"name\": \"add\", \"parameters\": {}}; {\"name\": \"a-b_9\", \"parameters\": {}} ;\n",
                        "",
                        "add",
                        "{}",
                        "a-b_9",
                        "{}"),
                Example.of(
                        LLAMA,
                        "<|python_tag|>{\"name\": \"add\", \"parameters\": {}}<|python_tag|>{\"name\": \"add\", \"parameters\": {}}",
                        "",
                        "add",
                        "{}",
                        "add",
                        "{}"),
                Example.of(
                        LLAMA,
                        "Let me see. <|python_tag|> {\"name\": \"add\", \"parameters\": {}} then",
                        "Let me see.then",
                        "add",
                        "{}"),
                Example.of(
                        LLAMA,
                        "<|python_tag|>brave_search.call(query=\"x\")",
                        "<|python_tag|>brave_search.call(query=\"x\")"),
                Example.of(LLAMA, "{\"answer\": 42, \"x\": {", "{\"answer\": 42, \"x\": {"),
                Example.of(LLAMA, "{\"name\": \"Ann\", \"parameters\": {}}", "{\"name\": \"Ann\", \"parameters\": {}}"),
                Example.of(
                        LLAMA,
                        "So: {\"name\": \"add\", \"parameters\": {}}",
                        "So: {\"name\": \"add\", \"parameters\": {}}"),
                Example.of(LLAMA, "{\"name\": \"add\", \"parameters\": {}}; but", "; but", "add", "{}"),
                Example.of(
                        MISTRAL_LIST,
                        "[TOOL_CALLS] [{\"name\": \"add\", \"arguments\": {\"a\": [1]}}, {\"arguments\": {}, \"name\": \"add\", \"id\": \"x\"}]",
                        "",
                        "add",
                        "{\"a\": [1]}",
                        "add",
                        "{}"),
                Example.of(MISTRAL_LIST, "ok [TOOL_CALLS]{\"name\":\"add\",\"arguments\":{}}", "ok", "add", "{}"),
                Example.of(MISTRAL_LIST, "[TOOL_CALLS][]", "[TOOL_CALLS][]"),
                Example.of(
                        MISTRAL_LIST,
                        "[TOOL_CALLS][{\"name\":\"add\",\"arguments\":{}},{\"name\":\"no\"",
                        ",{\"name\":\"no\"",
                        "add",
                        "{}"),
                Example.of(MISTRAL_LIST, "[1, [TOOL]", "[1, [TOOL]"),
                Example.of(
                        MISTRAL_NAMED,
                        "[TOOL_CALLS]add[ARGS]{\"a\": 1}[TOOL_CALLS]get_weather[CALL_ID]a[rgs]9[ARGS] {\"b\": \"{\"}",
                        "",
                        "add",
                        "{\"a\": 1}",
                        "get_weather",
                        "{\"b\": \"{\"}"),
                Example.of(
                        MISTRAL_NAMED, "[TOOL_CALLS] add {}\n[TOOL_CALLS]add{\"a\"", "", "add", "{}", "add", "{\"a\"…"),
                Example.of(MISTRAL_NAMED, "[TOOL_CALLS]rm[ARGS]{}", "[TOOL_CALLS]rm[ARGS]{}"),
                Example.of(MISTRAL_NAMED, "[TOOL_CALLS]add[ARGH]{}", "[TOOL_CALLS]add[ARGH]{}"),
                Example.of(MISTRAL_NAMED, "[TOOL_CALLS]add[CALL_ID]abc", "[TOOL_CALLS]add[CALL_ID]abc"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void readsTheSyntaxesOfModels(Example example) {
        ReadAnswer answer = ReadAnswer.of(example.syntax(), ReasoningStart.POSSIBLE, List.of(example.text()));
        assertThat(answer.reasoning()).isEqualTo(example.reasoning());
        assertThat(answer.content()).isEqualTo(example.content());
        assertThat(answer.calls()).isEqualTo(example.calls());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void findsTheSamePartsHoweverTheTextIsCut(Example example) {
        String text = example.text();
        String whole = ReadAnswer.of(example.syntax(), ReasoningStart.POSSIBLE, List.of(text))
                .order();
        assertThat(ReadAnswer.of(example.syntax(), ReasoningStart.POSSIBLE, List.of(text.split("")))
                        .order())
                .as("a character at a time")
                .isEqualTo(whole);
        for (int cut = 1; cut < text.length(); cut++) {
            assertThat(ReadAnswer.of(
                                    example.syntax(),
                                    ReasoningStart.POSSIBLE,
                                    List.of(text.substring(0, cut), text.substring(cut)))
                            .order())
                    .as("cut at %d", cut)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @EnumSource
    void losesAndDoublesNothingOfAnyTextHoweverItIsCut(ToolSyntax syntax) {
        List<String> words = new ArrayList<>(List.of(
                "<think>",
                "</think>",
                "<",
                "</",
                "think>",
                "\n",
                " ",
                "x",
                "é😀",
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                ";",
                "\"",
                "\\",
                "\"name\"",
                "\"name\": \"add\"",
                "\"arguments\": {",
                "\"parameters\":{}",
                "\"type\":",
                "12",
                "add",
                "[ARGS]",
                "[CALL_ID]"));
        words.addAll(syntax.marks());
        words.addAll(syntax.marks());
        words.add(syntax.form().beforeName() + "add" + syntax.form().beforeArguments() + "{\"a\": 1}"
                + syntax.form().afterArguments());
        Random random = new Random(SEED);
        List<ReasoningStart> starts = List.of(ReasoningStart.values());
        for (int round = 0; round < 4_000; round++) {
            ReasoningStart start = starts.get(random.nextInt(starts.size()));
            StringBuilder text = new StringBuilder();
            for (int word = random.nextInt(14); word >= 0; word--) {
                text.append(words.get(random.nextInt(words.size())));
            }
            ReadAnswer whole = ReadAnswer.of(syntax, start, List.of(text.toString()));
            ReadAnswer cut = ReadAnswer.of(syntax, start, pieces(text.toString(), random));
            assertThat(cut.order())
                    .as("%s, round %d, seed %d: %s", start, round, SEED, text)
                    .isEqualTo(whole.order());
            expectAllOf(text.toString(), whole);
        }
    }

    /** But for white space, tags and what stands around calls, all of the text is there, in its order. */
    private static void expectAllOf(String text, ReadAnswer answer) {
        String reasoning = bare(answer.reasoning());
        String content = bare(answer.content());
        if (answer.calls().isEmpty()) {
            assertThat(bare(text))
                    .isIn(
                            reasoning + content,
                            "<think>" + reasoning,
                            "<think>" + reasoning + "</think>" + content,
                            reasoning + "</think>" + content);
        } else {
            answer.calls().forEach(call -> assertThat(text).contains(call.arguments()));
            assertThat(isSubsequence(reasoning + content, text))
                    .as("%s in %s", content, text)
                    .isTrue();
        }
    }

    private static String bare(String text) {
        return text.replaceAll("\\s", "");
    }

    private static boolean isSubsequence(String part, String text) {
        int found = 0;
        for (int at = 0; at < text.length() && found < part.length(); at++) {
            found += text.charAt(at) == part.charAt(found) ? 1 : 0;
        }
        return found == part.length();
    }

    private static List<String> pieces(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int to = Math.min(text.length(), from + 1 + random.nextInt(4));
            if (to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
                to++;
            }
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }

    @Test
    void argumentsAreToldAsTheyCome() {
        ReadAnswer answer = new ReadAnswer();
        AnswerParts parts = new AnswerParts(
                ReasoningTags.THINK,
                ReasoningStart.NEVER,
                new CallRules(HERMES, ReadAnswer.TOOLS, true, CallRules.Held.FREE),
                answer);
        parts.accept("<tool_call>\n{\"name\": \"add\"");
        assertThat(answer.calls()).as("the arguments may be none").isEmpty();
        parts.accept(", \"arguments\": {");
        assertThat(answer.calls()).containsExactly(new Call("add", "{", false));
        parts.accept("\"a\": ");
        assertThat(answer.calls()).containsExactly(new Call("add", "{\"a\": ", false));
        parts.accept("1}");
        assertThat(answer.calls()).containsExactly(new Call("add", "{\"a\": 1}", true));
    }

    @Test
    void aPartOfAnEnforcedCallIsNeverText() {
        for (String text :
                List.of("<tool_", "<tool_call>\n{\"name\": \"ad", "<tool_call>\n{\"name\": \"add\", \"argu")) {
            assertThat(ReadAnswer.of(HERMES, ReasoningStart.NEVER, CallRules.Held.ANSWER, List.of(text))
                            .order())
                    .as("%s", text)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void heldToAGrammarACallBeginsExactlyAsTheGrammarsDo(ToolSyntax syntax) {
        CallForm form = syntax.form();
        String call = form.beforeName() + "add" + form.beforeArguments() + "{}" + form.afterArguments();
        String exact = form.opening() + call + form.separator() + call + form.closing();
        for (CallRules.Held held : CallRules.Held.values()) {
            assertThat(ReadAnswer.of(syntax, ReasoningStart.NEVER, held, List.of(exact))
                            .calls())
                    .as("%s", held)
                    .containsExactly(new Call("add", "{}", true), new Call("add", "{}", true));
        }
        if (syntax.heading().isEmpty()) {
            return;
        }
        String tag = syntax.tag().text();
        String other = exact.startsWith(tag) ? exact.replace(tag, tag + " ") : " " + exact.replace(": ", ":");
        assertThat(ReadAnswer.of(syntax, ReasoningStart.NEVER, CallRules.Held.FREE, List.of(other))
                        .calls())
                .hasSize(2);
        ReadAnswer held = ReadAnswer.of(syntax, ReasoningStart.NEVER, CallRules.Held.CALLS, List.of(other));
        assertThat(held.calls()).isEmpty();
        assertThat(held.content()).isEqualTo(other);
    }

    @Test
    void takesTimeLinearInTheText() {
        String[] hostile = {
            "<tool_call>".repeat(200_000),
            "<tool_call>{\"arguments\":{\"a\":\"" + "<tool_call>".repeat(200_000),
            "<".repeat(2_000_000),
            "\n".repeat(2_000_000),
            "<tool_call>{\"name\":\"add\",\"arguments\":" + "{\"a\":".repeat(400_000),
            "<tool_call>{\"name\":\"add\",\"arguments\":{}}".repeat(50_000),
        };
        for (String text : hostile) {
            String[] pieces = new String[(text.length() + 6) / 7];
            Arrays.setAll(pieces, i -> text.substring(7 * i, Math.min(text.length(), 7 * i + 7)));
            assertThat(Duration.ofNanos(nanosToRead(List.of(pieces))))
                    .as("%s…", text.substring(0, 20))
                    .isLessThan(Duration.ofSeconds(4));
        }
    }

    private static long nanosToRead(List<String> pieces) {
        AnswerParts parts = new AnswerParts(
                ReasoningTags.THINK,
                ReasoningStart.POSSIBLE,
                new CallRules(HERMES, ReadAnswer.TOOLS, true, CallRules.Held.FREE),
                new Unread());
        long began = System.nanoTime();
        pieces.forEach(parts::accept);
        parts.flush();
        return System.nanoTime() - began;
    }

    private static final class Unread implements PartSink {
        @Override
        public void reasoning(String text) {}

        @Override
        public void content(String text) {}

        @Override
        public void callBegins(String name) {}

        @Override
        public void arguments(String fragment) {}

        @Override
        public void callEnds(boolean whole) {}
    }
}
