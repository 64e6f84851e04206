package io.insula.inference.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.text.jinja.RenderedPrompt;
import io.insula.inference.text.jinja.RenderedPrompt.Span;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolDefinition;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptTemplateTest {

    private static final ChatMessage USER = new ChatMessage("user", "u");

    /** The golden conversations again, this time as the records that cross the bus. */
    @TestFactory
    Stream<DynamicTest> rendersConversationsAsPythonRendersTheirJson() {
        JsonObject golden = new JsonObject(ChatTemplates.resource("chat-cases.json"));
        List<DynamicTest> tests = golden.getJsonArray("cases").stream()
                .map(JsonObject.class::cast)
                .filter(chat -> chat.containsKey("expect"))
                .filter(chat -> !chat.getJsonObject("further").containsKey("add_generation_prompt"))
                .filter(chat -> expressible(messages(golden, chat)))
                .map(chat -> DynamicTest.dynamicTest(
                        chat.getString("template") + " / " + chat.getString("conversation") + " / "
                                + chat.getString("tools"),
                        () -> assertThat(ChatTemplates.named(chat.getString("template"))
                                        .render(conversation(golden, chat))
                                        .text())
                                .isEqualTo(chat.getString("expect"))))
                .toList();
        assertThat(tests).hasSizeGreaterThan(75);
        return tests.stream();
    }

    private static JsonArray messages(JsonObject golden, JsonObject chat) {
        return golden.getJsonObject("conversations").getJsonArray(chat.getString("conversation"));
    }

    /** Contents are text, arguments are not text already. */
    private static boolean expressible(JsonArray messages) {
        return messages.stream().map(JsonObject.class::cast).allMatch(message -> {
            JsonArray calls = message.getJsonArray("tool_calls", new JsonArray());
            return message.getValue("content") instanceof String
                    && calls.stream()
                            .map(JsonObject.class::cast)
                            .allMatch(
                                    call -> call.getJsonObject("function").getValue("arguments") instanceof JsonObject);
        });
    }

    private static Conversation conversation(JsonObject golden, JsonObject chat) {
        JsonArray tools = golden.getJsonObject("tools").getJsonArray(chat.getString("tools"));
        return new Conversation(
                messages(golden, chat).stream()
                        .map(JsonObject.class::cast)
                        .map(PromptTemplateTest::message)
                        .toList(),
                tools == null
                        ? List.of()
                        : tools.stream()
                                .map(JsonObject.class::cast)
                                .map(tool -> tool.getJsonObject("function"))
                                .map(function -> new ToolDefinition(
                                        function.getString("name"),
                                        function.getString("description"),
                                        function.getJsonObject("parameters").encode(),
                                        false))
                                .toList(),
                chat.getJsonObject("further").encode());
    }

    private static ChatMessage message(JsonObject json) {
        List<ToolCall> calls = json.getJsonArray("tool_calls", new JsonArray()).stream()
                .map(JsonObject.class::cast)
                .map(call -> new ToolCall(
                        call.getString("id"),
                        call.getJsonObject("function").getString("name"),
                        call.getJsonObject("function")
                                .getJsonObject("arguments")
                                .encode()))
                .toList();
        return new ChatMessage(
                json.getString("role"),
                json.getString("content"),
                json.getString("reasoning_content", ""),
                calls,
                json.getString("tool_call_id", ""),
                json.getString("name", ""));
    }

    @Test
    void nothingThatAClientSaysBecomesTemplateText() {
        String mark = "<s>QQ</s>";
        String json = "{\"" + mark + "\": \"" + mark + "\"}";
        Conversation hostile = new Conversation(
                List.of(
                        new ChatMessage("system", mark, "", List.of(), "", mark),
                        new ChatMessage("user", mark),
                        new ChatMessage("assistant", mark, mark, List.of(new ToolCall(mark, mark, json)), "", ""),
                        new ChatMessage("tool", mark, "", List.of(), mark, mark),
                        new ChatMessage(mark, mark)),
                List.of(new ToolDefinition(
                        mark, mark, "{\"properties\": {\"" + mark + "\": {\"enum\": [\"" + mark + "\"]}}}", true)),
                "{\"date_string\": \"" + mark + "\", \"x\": [" + json + "]}");
        for (String name : List.of("qwen2.5", "qwen3", "llama32", "llama31-style", "hermes-style", "qwq")) {
            RenderedPrompt prompt = ChatTemplates.named(name).render(hostile);
            assertThat(prompt.text()).contains("QQ");
            assertThat(prompt.spans().stream().filter(Span::trusted).map(Span::text))
                    .as(name)
                    .noneMatch(text -> text.contains("QQ"));
        }
    }

    @Test
    void tellsTheTemplateWhatTheArgumentsSay() {
        PromptTemplate template = ChatTemplates.of(
                "{{ a }}|{{ b.c[1] }}|{{ documents[0].title }}|{{ enable_thinking }}|{{ large }}|{{ none is defined }}|{{ gone }}");
        Conversation conversation = new Conversation(
                List.of(USER),
                List.of(),
                "{\"a\": \"x\", \"b\": {\"c\": [1, 2.5]}, \"documents\": [{\"title\": \"T\"}], \"enable_thinking\": false,"
                        + " \"large\": 123456789012345678901234567890, \"gone\": null}");
        assertThat(template.render(conversation).text())
                .isEqualTo("x|2.5|T|False|123456789012345678901234567890|True|None");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "messages",
                "tools",
                "add_generation_prompt",
                "bos_token",
                "eos_token",
                "raise_exception",
                "strftime_now",
                "namespace",
                "range",
                "dict"
            })
    void refusesArgumentsThatWouldReplaceTheConversation(String name) {
        assertThatThrownBy(() -> ChatTemplates.of("x")
                        .render(new Conversation(List.of(USER), List.of(), "{\"" + name + "\": []}")))
                .isInstanceOf(PromptException.class)
                .hasMessage("chat_template_kwargs." + name + ": set by the server (expected: any names but"
                        + " add_generation_prompt, bos_token, dict, eos_token, messages, namespace, raise_exception,"
                        + " range, strftime_now, tools)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "1", "{\"a\": }", "null"})
    void refusesArgumentsThatAreNoObject(String arguments) {
        assertThatThrownBy(() -> ChatTemplates.of("x").render(new Conversation(List.of(USER), List.of(), arguments)))
                .isInstanceOf(PromptException.class)
                .hasMessage("chat_template_kwargs: no JSON object (expected: an object)");
    }

    @Test
    void refusesDeeplyNestedArgumentsWithoutHarm() {
        String deep = "{\"a\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> ChatTemplates.of("x").render(new Conversation(List.of(USER), List.of(), deep)))
                .isInstanceOf(PromptException.class);
        assertThatThrownBy(() -> ChatTemplates.of("x")
                        .render(new Conversation(
                                List.of(USER), List.of(new ToolDefinition("t", "", deep, false)), "{}")))
                .hasMessage("tools: parameters of t are no JSON object (expected: a JSON Schema)");
    }

    @Test
    void aToolWithoutParametersTakesNone() {
        PromptTemplate template = ChatTemplates.of("{{ tools | tojson }}{{ messages[0].content }}");
        assertThat(template.render(new Conversation(
                                List.of(USER), List.of(new ToolDefinition("now", "", "{}", false)), "{}"))
                        .text())
                .isEqualTo("[{\"type\": \"function\", \"function\": {\"name\": \"now\", \"description\": \"\","
                        + " \"parameters\": {\"type\": \"object\", \"properties\": {}}}}]u");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "{\"a\": 1}#{'a': 1}",
                "``#{}",
                "not json#not json",
                "[1]#[1]",
                "{\"a\": 1#{\"a\": 1",
                "{\"a\": 1.0, \"b\": [null, true]}#{'a': 1.0, 'b': [None, True]}"
            })
    void givesArgumentsAsAnObjectWhereTheyAreOne(String arguments, String expected) {
        PromptTemplate template = ChatTemplates.of(
                "{% for m in messages %}{% for c in m.tool_calls %}{{ c.function.name }}:{{ c.function.arguments }}{% endfor %}{% endfor %}");
        assertThat(template.render(Conversation.of(List.of(USER, calling("c1", arguments))))
                        .text())
                .isEqualTo("f:" + expected);
    }

    @Test
    void givesArgumentsAsTextToTemplatesThatConcatenateThem() {
        PromptTemplate template = ChatTemplates.of(
                "{% for m in messages %}{% for c in m.tool_calls %}{{ c.function.name + '(' + c.function.arguments + ')' }}{% endfor %}{% endfor %}");
        assertThat(template.traits().toolCalls()).isTrue();
        assertThat(template.render(Conversation.of(List.of(USER, calling("c1", "{\"a\": 1}"))))
                        .text())
                .isEqualTo("f({\"a\": 1})");
    }

    @Test
    void givesNoContentToTemplatesThatWriteCallsOnlyWithoutIt() {
        PromptTemplate template = ChatTemplates.of(
                "{% for m in messages %}{% if m.content is none %}"
                        + "{% for c in m.tool_calls %}{{ c.function | tojson }}{% endfor %}{% else %}{{ m.content }}{% endif %}{% endfor %}");
        assertThat(template.traits().toolCalls()).isTrue();
        assertThat(template.render(
                                Conversation.of(List.of(USER, calling("c1", "{}"), new ChatMessage("assistant", ""))))
                        .text())
                .isEqualTo("u{\"name\": \"f\", \"arguments\": {}}");
    }

    @Test
    void shortensIdsForTemplatesThatDemandNineCharacters() {
        PromptTemplate mistral = ChatTemplates.named("mistral-nemo");
        ChatMessage answer = new ChatMessage("tool", "r", "", List.of(), "call_0123456789abcdefghijklmn", "f");
        String prompt = mistral.render(
                        Conversation.of(List.of(USER, calling("call_0123456789abcdefghijklmn", "{}"), answer)))
                .text();
        assertThat(prompt).contains("\"id\": \"fghijklmn\"").contains("\"call_id\": \"fghijklmn\"");
        assertThat(mistral.render(Conversation.of(List.of(USER, calling("c-1", "{}"))))
                        .text())
                .contains("\"id\": \"0000000c1\"");
        assertThat(ChatTemplates.named("hermes-style").traits().toolCalls()).isTrue();
    }

    @Test
    void takesTheTemplateForToolsWhereThereAreTools() {
        PromptTemplate template = new PromptTemplate(
                ChatTemplates.spec(
                        "plain {{ messages[0].content }}",
                        "with {{ tools[0].function.name }}{{ 1 // messages[0].zero }}"),
                ChatTemplates.CLOCK);
        Conversation tools = new Conversation(List.of(USER), List.of(new ToolDefinition("f", "", "{}", false)), "{}");
        assertThat(template.render(Conversation.of(List.of(USER))).text()).isEqualTo("plain u");
        assertThatThrownBy(() -> template.render(tools))
                .isInstanceOf(PromptException.class)
                .hasMessage("the model's chat template cannot render the conversation: template 'tool_use' line 1,"
                        + " column 39: a dict has no attribute 'zero'");
    }

    @Test
    void aHostileTemplateIsTriedNotLong() {
        long start = System.nanoTime();
        PromptTemplate template =
                ChatTemplates.of("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}");
        assertThat(template.traits()).isEqualTo(TemplateTraits.NONE);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    private static ChatMessage calling(String id, String arguments) {
        return new ChatMessage("assistant", "", "", List.of(new ToolCall(id, "f", arguments)), "", "");
    }
}
