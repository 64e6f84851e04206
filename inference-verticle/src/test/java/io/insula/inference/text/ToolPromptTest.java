package io.insula.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.text.ToolPrompt.Place;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToolPromptTest {

    private static final ToolDefinition ADD = new ToolDefinition(
            "add", "Adds \"numbers\",\ntwo of them", "{\"type\": \"object\", \"properties\": {\"a\": {}}}", false);
    private static final ToolDefinition NOW = new ToolDefinition("now", "", "{}", false);
    private static final ChatMessage SYSTEM = new ChatMessage("system", "Be brief.");
    private static final ChatMessage USER = new ChatMessage("user", "1 + 2, and when?");
    private static final ChatMessage CALLS = new ChatMessage(
            "assistant",
            "Let me see.",
            "",
            List.of(new ToolCall("call_1", "add", "{\"a\": [1, 2]}"), new ToolCall("call_2", "now", "")),
            "",
            "");
    private static final ChatMessage SUM = new ChatMessage("tool", "3", "", List.of(), "call_1", "add");
    private static final ChatMessage TIME = new ChatMessage("function", "noon", "", List.of(), "", "now");

    @Test
    void describesToolsBehindTheSystemMessage() {
        List<ChatMessage> plain = ToolPrompt.plain(List.of(SYSTEM, USER), List.of(ADD, NOW), Place.SYSTEM);
        assertThat(plain).hasSize(2).last().isEqualTo(USER);
        assertThat(plain.getFirst().role()).isEqualTo("system");
        assertThat(plain.getFirst().content())
                .startsWith("Be brief.\n\nYou are a function calling assistant.")
                .contains("""
                        <tools>
                        {"type": "function", "function": {"name": "add", "description": "Adds \\"numbers\\",\\ntwo of them", \
                        "parameters": {"type": "object", "properties": {"a": {}}}}}
                        {"type": "function", "function": {"name": "now", "parameters": {}}}
                        </tools>
                        """)
                .endsWith("<tool_call>\n{\"name\": <function-name>, \"arguments\": <arguments-object>}\n</tool_call>");
    }

    @Test
    void writesASystemMessageOrTellsTheUserWhereThereIsNone() {
        List<ChatMessage> system = ToolPrompt.plain(List.of(USER), List.of(NOW), Place.SYSTEM);
        assertThat(system).extracting(ChatMessage::role).containsExactly("system", "user");
        List<ChatMessage> user = ToolPrompt.plain(List.of(USER, SUM, USER), List.of(NOW), Place.USER);
        assertThat(user).extracting(ChatMessage::role).containsExactly("user", "user", "user");
        assertThat(user.getFirst().content())
                .startsWith("You are a function calling assistant.")
                .endsWith("\n\n1 + 2, and when?");
        assertThat(user.getLast()).isEqualTo(USER);
    }

    @Test
    void writesCallsAsTheModelIsAskedToAndLetsTheUserSayWhatToolsAnswered() {
        List<ChatMessage> plain = ToolPrompt.plain(List.of(USER, CALLS, SUM, TIME, USER, SUM), List.of(), Place.SYSTEM);
        assertThat(plain)
                .containsExactly(
                        USER,
                        new ChatMessage("assistant", """
                                Let me see.
                                <tool_call>
                                {"name": "add", "arguments": {"a": [1, 2]}}
                                </tool_call>
                                <tool_call>
                                {"name": "now", "arguments": {}}
                                </tool_call>"""),
                        new ChatMessage("user", """
                                <tool_response>
                                3
                                </tool_response>
                                <tool_response>
                                noon
                                </tool_response>"""),
                        USER,
                        new ChatMessage("user", "<tool_response>\n3\n</tool_response>"));
        assertThat(ToolPrompt.isPlain(plain)).isTrue();
        assertThat(ToolPrompt.isPlain(List.of(USER, SUM))).isFalse();
        assertThat(ToolPrompt.isPlain(List.of(USER, CALLS))).isFalse();
    }
}
