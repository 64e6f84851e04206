package io.insula.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.decode.parts.ToolSyntax;
import io.insula.inference.schedule.Commands;
import io.insula.inference.schedule.HashingEngine;
import io.insula.inference.schedule.LetterTokenizer;
import io.insula.inference.schedule.Scheduler;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.text.Conversation;
import io.insula.inference.text.Prompt;
import io.insula.inference.text.TemplateTraits;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreparedAnswerTest {

    private static final ChatMessage USER = new ChatMessage("user", "hi");
    private static final ChatMessage CALL =
            new ChatMessage("assistant", "", "", List.of(new ToolCall("call_1", "add", "{}")), "", "");
    private static final ChatMessage RESULT = new ChatMessage("tool", "3", "", List.of(), "call_1", "");
    private static final List<ToolDefinition> TOOLS = List.of(new ToolDefinition("add", "", "{}", false));
    private static final String QWEN = "tools <tool_call>";

    private final List<Conversation> rendered = new ArrayList<>();

    /** A tokenizer that remembers what it is to render. */
    private final class Listening implements ChatTokenizer {

        private final ChatTokenizer letters = new LetterTokenizer();
        private final String template;
        private final TemplateTraits traits;

        Listening(String template, TemplateTraits traits) {
            this.template = template;
            this.traits = traits;
        }

        @Override
        public Prompt prompt(Conversation conversation) {
            rendered.add(conversation);
            return new Prompt(TokenIds.of(1, 2), false);
        }

        @Override
        public TemplateTraits traits() {
            return traits;
        }

        @Override
        public String template() {
            return template;
        }

        @Override
        public int[] encode(List<ChatMessage> messages) {
            return letters.encode(messages);
        }

        @Override
        public int[] encodeText(String text) {
            return letters.encodeText(text);
        }

        @Override
        public byte[] bytes(int token) {
            return letters.bytes(token);
        }

        @Override
        public boolean isEnd(int token) {
            return letters.isEnd(token);
        }

        @Override
        public TokenIds endTokens() {
            return letters.endTokens();
        }

        @Override
        public int vocabulary() {
            return letters.vocabulary();
        }

        @Override
        public void close() {
            letters.close();
        }
    }

    @Test
    void aTemplateThatKnowsToolsIsGivenAllOfThem() {
        GenerateCommand command = command(new ToolChoice.Auto(), USER, CALL, RESULT);
        AnswerPlan plan = prepare(command, QWEN, traits(true, true, true));
        assertThat(rendered).containsExactly(new Conversation(command.messages(), TOOLS, "{\"a\": 1}"));
        assertThat(plan.calls()).isNotNull();
    }

    @Test
    void aTemplateWithoutToolsIsGivenPlainMessages() {
        AnswerPlan plan = prepare(command(new ToolChoice.Auto(), USER, CALL, RESULT), "", traits(true, false, false));
        Conversation conversation = rendered.getFirst();
        assertThat(conversation.tools()).isEmpty();
        assertThat(conversation.templateArguments()).isEqualTo("{\"a\": 1}");
        assertThat(conversation.messages())
                .extracting(ChatMessage::role)
                .containsExactly("system", "user", "assistant", "user");
        assertThat(plan.calls()).isNotNull().extracting(rules -> rules.syntax()).isEqualTo(ToolSyntax.HERMES);
    }

    @Test
    void aTemplateWithoutSystemMessageIsToldByTheUser() {
        prepare(command(new ToolChoice.Auto(), USER), "", traits(false, false, false));
        assertThat(rendered.getFirst().messages())
                .singleElement()
                .satisfies(message ->
                        assertThat(message.content()).contains("<tools>").endsWith("hi"));
    }

    @Test
    void aSyntaxThatNobodyUnderstandsIsNotAskedFor() {
        prepare(command(new ToolChoice.Auto(), USER), "tools <|channel|>", traits(true, true, true));
        assertThat(rendered.getFirst().tools()).isEmpty();
        assertThat(rendered.getFirst().messages().getFirst().content()).contains("<tools>");
    }

    @Test
    void earlierCallsAreWrittenEvenWhereNoToolMayBeCalled() {
        GenerateCommand command = command(new ToolChoice.None(), USER, CALL, RESULT);
        prepare(command, "", traits(true, false, false));
        prepare(command, QWEN, traits(true, true, true));
        assertThat(rendered.getFirst().messages())
                .extracting(ChatMessage::role)
                .as("no description of tools")
                .containsExactly("user", "assistant", "user");
        assertThat(rendered.getLast()).isEqualTo(new Conversation(command.messages(), List.of(), "{\"a\": 1}"));
    }

    private AnswerPlan prepare(GenerateCommand command, String template, TemplateTraits traits) {
        ChatTokenizer tokenizer = new Listening(template, traits);
        Scheduler scheduler = new Scheduler(
                Commands.MODEL,
                "text",
                50,
                () -> new HashingEngine(LetterTokenizer.VOCABULARY, 1, 50),
                tokenizer,
                SchedulerConfig.DEFAULT,
                (node, instance, batch) -> {},
                new SimpleMeterRegistry(),
                System::nanoTime);
        PreparedAnswer prepared = PreparedAnswer.of(command, new AdmittedModel(tokenizer, scheduler));
        assertThat(prepared.prompt()).isEqualTo(TokenIds.of(1, 2));
        return prepared.plan();
    }

    private static TemplateTraits traits(boolean system, boolean tools, boolean history) {
        return new TemplateTraits(system, tools, history, history, Set.of(), false, false);
    }

    private static GenerateCommand command(ToolChoice choice, ChatMessage... messages) {
        return GenerateCommand.of(Commands.id(1), Commands.MODEL, List.of(messages))
                .tools(new Tools(TOOLS, choice, true))
                .templateArguments("{\"a\": 1}")
                .build();
    }
}
