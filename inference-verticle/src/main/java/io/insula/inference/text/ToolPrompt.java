package io.insula.inference.text;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolDefinition;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells a model of tools in plain messages, for chat templates that know none.
 *
 * <p>The tools are described behind the system message, calls that an assistant made stand in its message as it is asked to
 * write them, and what tools answered is said by the user.
 *
 * <p><b>Thread:</b> any; there is no state.
 *
 * <p><b>Source:</b> the form of Nous Research's Hermes 2 Pro, which Qwen2.5 and others are trained on: definitions between
 * {@code <tools>} tags, calls between {@code <tool_call>} tags, answers between {@code <tool_response>} tags.
 */
public final class ToolPrompt {

    private static final String SYSTEM = "system";
    private static final String USER = "user";
    private static final String GAP = "\n\n";

    /** Where the tools are described. */
    public enum Place {
        /** In the system message, which is written when there is none. */
        SYSTEM,
        /** In the first message of the user, for templates that refuse a system message. */
        USER
    }

    private ToolPrompt() {}

    /** Whether a conversation says nothing but roles and texts, so that every template can write it. */
    public static boolean isPlain(List<ChatMessage> messages) {
        return messages.stream().allMatch(message -> message.toolCalls().isEmpty() && !answers(message));
    }

    /**
     * The same conversation in plain messages.
     *
     * @param tools what the model may call; may be empty
     */
    public static List<ChatMessage> plain(List<ChatMessage> messages, List<ToolDefinition> tools, Place place) {
        List<ChatMessage> plain = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            if (!answers(message)) {
                plain.add(message.toolCalls().isEmpty() ? message : withCalls(message));
            } else if (i > 0 && answers(messages.get(i - 1))) {
                plain.add(said(plain.removeLast(), "\n" + answer(message)));
            } else {
                plain.add(new ChatMessage(USER, answer(message)));
            }
        }
        return tools.isEmpty() ? plain : described(plain, description(tools), place);
    }

    private static boolean answers(ChatMessage message) {
        return message.role().equals("tool") || message.role().equals("function");
    }

    private static ChatMessage withCalls(ChatMessage message) {
        StringBuilder content = new StringBuilder(message.content());
        for (ToolCall call : message.toolCalls()) {
            content.append(content.isEmpty() ? "" : "\n")
                    .append("<tool_call>\n{\"name\": ")
                    .append(quoted(call.name()))
                    .append(", \"arguments\": ")
                    .append(call.arguments().isBlank() ? "{}" : call.arguments())
                    .append("}\n</tool_call>");
        }
        return new ChatMessage(message.role(), content.toString(), message.reasoning(), List.of(), "", message.name());
    }

    private static String answer(ChatMessage message) {
        return "<tool_response>\n" + message.content() + "\n</tool_response>";
    }

    private static ChatMessage said(ChatMessage message, String more) {
        return new ChatMessage(
                message.role(), message.content() + more, message.reasoning(), List.of(), "", message.name());
    }

    private static List<ChatMessage> described(List<ChatMessage> plain, String description, Place place) {
        ChatMessage first = plain.getFirst();
        if (place == Place.SYSTEM && !first.role().equals(SYSTEM)) {
            plain.addFirst(new ChatMessage(SYSTEM, description));
            return plain;
        }
        String role = place == Place.SYSTEM ? SYSTEM : USER;
        for (int i = 0; i < plain.size(); i++) {
            ChatMessage message = plain.get(i);
            if (message.role().equals(role)) {
                plain.set(
                        i,
                        place == Place.SYSTEM
                                ? said(message, GAP + description)
                                : new ChatMessage(
                                        USER,
                                        description + GAP + message.content(),
                                        "",
                                        List.of(),
                                        "",
                                        message.name()));
                return plain;
            }
        }
        plain.addFirst(new ChatMessage(USER, description));
        return plain;
    }

    private static String description(List<ToolDefinition> tools) {
        StringBuilder text = new StringBuilder("""
                You are a function calling assistant. The functions that you may call are described in JSON between \
                <tools> and </tools>:
                <tools>
                """);
        for (ToolDefinition tool : tools) {
            text.append("{\"type\": \"function\", \"function\": {\"name\": ").append(quoted(tool.name()));
            if (!tool.description().isEmpty()) {
                text.append(", \"description\": ").append(quoted(tool.description()));
            }
            text.append(", \"parameters\": ").append(tool.parameters()).append("}}\n");
        }
        return text.append("""
                </tools>
                Call functions when they help with what the user asks, and do not guess values of their parameters. For \
                each call, write a JSON object with the function's name and its arguments between <tool_call> and \
                </tool_call>:
                <tool_call>
                {"name": <function-name>, "arguments": <arguments-object>}
                </tool_call>""").toString();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        return quoted.append('"').toString();
    }
}
