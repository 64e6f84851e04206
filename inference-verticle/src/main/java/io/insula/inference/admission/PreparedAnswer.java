package io.insula.inference.admission;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.text.PromptException;
import io.insula.inference.text.ToolPrompt;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import java.util.List;

/**
 * What a command needs before it is scheduled.
 *
 * @param prompt the rendered conversation
 * @param plan what its answers are made of
 */
public record PreparedAnswer(TokenIds prompt, AnswerPlan plan) {

    /**
     * Renders a command's conversation and compiles what its answers have to match; takes its time.
     *
     * @throws PromptException when the template refuses the conversation
     * @throws GrammarRefusedException when the grammar cannot be compiled
     */
    static PreparedAnswer of(GenerateCommand command, AdmittedModel model) {
        int[] prompt = prompt(command, model);
        AnswerPlan plan = new AnswerPlanner(model.syntax(), model.grammars()).plan(command, prompt);
        return new PreparedAnswer(TokenIds.of(prompt), plan);
    }

    private static int[] prompt(GenerateCommand command, AdmittedModel model) {
        ChatTokenizer tokenizer = model.tokenizer();
        List<ChatMessage> messages = command.messages();
        List<ToolDefinition> tools = command.tools().choice() instanceof ToolChoice.None
                ? List.of()
                : command.tools().definitions();
        if (model.syntax().templateAsksForTools() || (tools.isEmpty() && ToolPrompt.isPlain(messages))) {
            return tokenizer.encode(messages);
        }
        try {
            return tokenizer.encode(ToolPrompt.plain(messages, tools, ToolPrompt.Place.SYSTEM));
        } catch (PromptException refusal) {
            boolean ours = messages.stream().noneMatch(message -> message.role().equals("system"));
            if (tools.isEmpty() || !ours) {
                throw refusal;
            }
            return tokenizer.encode(ToolPrompt.plain(messages, tools, ToolPrompt.Place.USER));
        }
    }
}
