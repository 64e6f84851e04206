package io.insula.inference.text;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import java.util.List;

/**
 * What a chat template turns into a prompt. All of it is data: no special token in it is recognised.
 *
 * @param messages the conversation; at least one
 * @param tools what the model is told it may call
 * @param templateArguments a JSON object's text: further variables of the template; {@code {}} for none
 */
public record Conversation(List<ChatMessage> messages, List<ToolDefinition> tools, String templateArguments) {

    public Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    /** Messages alone. */
    public static Conversation of(List<ChatMessage> messages) {
        return new Conversation(messages, List.of(), "{}");
    }

    /** What a command asks; a model that must not call tools is told of none. */
    public static Conversation of(GenerateCommand command) {
        boolean none = command.tools().choice() instanceof ToolChoice.None;
        return new Conversation(
                command.messages(), none ? List.of() : command.tools().definitions(), command.templateArguments());
    }
}
