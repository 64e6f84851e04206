package io.insula.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ToolsTest {

    private static final ToolDefinition WEATHER = new ToolDefinition("weather", "", "{}", false);
    private static final ToolDefinition CLOCK = new ToolDefinition("clock", "", "{}", false);

    @Test
    void aNamedToolIsOneOfThem() {
        List<ToolDefinition> both = List.of(WEATHER, CLOCK);
        assertThat(new Tools(both, new ToolChoice.Named("clock"), true).isEmpty())
                .isFalse();
        refused(() -> new Tools(both, new ToolChoice.Named("cloc"), true), "tool_choice: cloc (expected: one of ");
    }

    @Test
    void withoutToolsNothingIsCalled() {
        assertThat(Tools.NONE.isEmpty()).isTrue();
        refused(() -> new Tools(List.of(), new ToolChoice.Auto(), true), "(expected: none, since there are no tools)");
        refused(
                () -> new Tools(List.of(), new ToolChoice.Required(), true),
                "(expected: none, since there are no tools)");
    }

    @Test
    void aNameIsGivenOnce() {
        refused(
                () -> new Tools(List.of(CLOCK, WEATHER, CLOCK), new ToolChoice.Auto(), true),
                "tools: clock twice (expected: once)");
        refused(() -> new ToolDefinition("", "", "{}", false), "tool: name '' (expected: not empty)");
        refused(() -> new ToolDefinition("f", "", "", false), "tool f: parameters '' (expected: a JSON Schema)");
        refused(() -> new ToolCall("c", "", "{}"), "tool call: name '' (expected: a tool's name)");
    }

    @Test
    void onlyRequiredAndNamedEnforceACall() {
        assertThat(new ToolChoice.None().enforced()).isFalse();
        assertThat(new ToolChoice.Auto().enforced()).isFalse();
        assertThat(new ToolChoice.Required().enforced()).isTrue();
        assertThat(new ToolChoice.Named("f").enforced()).isTrue();
    }

    @Test
    void aCallStartsWithItsNameAndGoesOnWithArguments() {
        assertThat(ToolCallDelta.start(0, "call_1", "f").starts()).isTrue();
        assertThat(ToolCallDelta.arguments(0, "{}").starts()).isFalse();
        refused(() -> new ToolCallDelta(0, "call_1", "f", "{}"), "(expected: id and name without arguments");
        refused(() -> new ToolCallDelta(0, "call_1", "", ""), "(expected: id and name without arguments");
        refused(() -> ToolCallDelta.arguments(-1, ""), "index: -1 (expected: >= 0)");
    }

    @Test
    void aFormSaysSomething() {
        refused(() -> new ResponseForm.JsonSchema("", true), "schema: '' (expected: a JSON Schema)");
        refused(() -> new ResponseForm.Regex(""), "pattern: '' (expected: a regular expression)");
        refused(() -> new ResponseForm.Choice(List.of()), "choice: [] (expected: at least one text, none empty)");
        refused(() -> new ResponseForm.Choice(List.of("a", "")), "choice: [a, ] (expected: at least one text");
    }

    @Test
    void templateArgumentsAreAnObject() {
        GenerateCommandBuilder command = GenerateCommand.of(
                new RequestId(new UUID(1, 2)), new ModelName("m"), List.of(new ChatMessage("user", "x")));
        refused(
                () -> command.templateArguments("[]").build(),
                "templateArguments: no object (expected: a JSON object's text)");
    }

    private static void refused(ThrowingCallable construction, String message) {
        assertThatThrownBy(construction)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
