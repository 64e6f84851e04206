package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads the {@code messages} of a chat request.
 *
 * <p><b>Source:</b> OpenAI's {@code ChatCompletionRequestMessage}; {@code reasoning_content} as DeepSeek's API and vLLM name
 * what a model thought before its answer.
 */
final class Conversation {

    private static final String ROLES = "system, developer, user, assistant, tool or function";
    private static final String CONTENT = "a string or an array of text parts";
    private static final int MAX_NAME_CHARS = 256;

    private final RequestLimits limits;
    private final MessageCalls calls;

    private Conversation(RequestLimits limits) {
        this.limits = limits;
        this.calls = new MessageCalls(limits.structure().maxTools());
    }

    static List<ChatMessage> read(Fields fields, RequestLimits limits) {
        JsonNode messages = fields.get("messages");
        if (messages == null) {
            throw Fields.missing("messages", "an array of messages");
        }
        String allowed = "an array of 1.." + limits.maxMessages() + " messages";
        if (!messages.isArray() || messages.isEmpty()) {
            throw Fields.wrong("messages", messages, allowed);
        }
        if (messages.size() > limits.maxMessages()) {
            throw ApiError.invalid("messages", messages.size() + " messages (expected: " + allowed + ")")
                    .failure();
        }
        Conversation conversation = new Conversation(limits);
        List<ChatMessage> read = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            String at = "messages[" + i + "]";
            if (!(messages.get(i) instanceof ObjectNode message)) {
                throw Fields.wrong(at, messages.get(i), "an object with role and content");
            }
            read.add(conversation.message(at, message));
        }
        return read;
    }

    private ChatMessage message(String at, ObjectNode message) {
        JsonNode role = message.get("role");
        if (role == null || role.isNull()) {
            throw Fields.missing(at + ".role", ROLES);
        }
        refuse(at, message, "audio", "absent; not supported yet");
        return switch (role.isTextual() ? role.textValue() : "") {
            // What newer models call developer, the chat templates of open models call system.
            case "system", "developer" -> plain("system", at, message);
            case "user" -> plain("user", at, message);
            case "assistant" -> assistant(at, message);
            case "tool" -> tool(at, message);
            case "function" -> function(at, message);
            default -> throw Fields.wrong(at + ".role", role, ROLES);
        };
    }

    private ChatMessage plain(String role, String at, ObjectNode message) {
        for (String field : List.of("tool_calls", "function_call", "reasoning_content", "tool_call_id")) {
            refuse(at, message, field, "absent with this role");
        }
        return new ChatMessage(role, content(at, message), "", List.of(), "", name(at, message));
    }

    private ChatMessage assistant(String at, ObjectNode message) {
        refuse(at, message, "tool_call_id", "absent with this role");
        List<ToolCall> called = calls.read(at, message);
        String reasoning = Objects.requireNonNullElse(new Fields(message, at + ".").text("reasoning_content"), "");
        JsonNode content = message.get("content");
        boolean absent = content == null || content.isNull();
        return new ChatMessage(
                "assistant",
                absent && !called.isEmpty() ? "" : content(at, message),
                wellFormed(at + ".reasoning_content", reasoning),
                called,
                "",
                name(at, message));
    }

    private ChatMessage tool(String at, ObjectNode message) {
        String id = calls.answered(at, message);
        String name = name(at, message);
        return new ChatMessage(
                "tool", content(at, message), "", List.of(), id, name.isEmpty() ? calls.nameOf(id) : name);
    }

    /** The older form of a tool's message: it has the function's name for an id. */
    private ChatMessage function(String at, ObjectNode message) {
        String name = FunctionFields.name(at + ".name", message.get("name"));
        return new ChatMessage("tool", content(at, message), "", List.of(), "", name);
    }

    private static String name(String at, ObjectNode message) {
        String name = new Fields(message, at + ".").text("name");
        if (name == null) {
            return "";
        }
        if (name.length() > MAX_NAME_CHARS) {
            throw ApiError.invalid(
                            at + ".name",
                            name.length() + " characters (expected: at most " + MAX_NAME_CHARS + " characters)")
                    .failure();
        }
        return wellFormed(at + ".name", name);
    }

    private String content(String message, ObjectNode object) {
        String at = message + ".content";
        JsonNode content = object.get("content");
        if (content == null) {
            throw Fields.missing(at, CONTENT);
        }
        if (content.isTextual()) {
            return wellFormed(at, content.textValue());
        }
        if (!content.isArray() || content.isEmpty() || content.size() > limits.maxContentParts()) {
            throw Fields.wrong(at, content, CONTENT + ", 1.." + limits.maxContentParts());
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < content.size(); i++) {
            if (i > 0) {
                text.append('\n');
            }
            text.append(part(at + "[" + i + "]", content.get(i)));
        }
        return text.toString();
    }

    private static String part(String at, JsonNode part) {
        if (!part.isObject()) {
            throw Fields.wrong(at, part, "an object with type and text");
        }
        JsonNode type = part.get("type");
        if (type == null || !"text".equals(type.textValue())) {
            throw Fields.wrong(
                    at + ".type", type == null ? part : type, "\"text\"; other kinds of content are not supported yet");
        }
        JsonNode text = part.get("text");
        if (text == null || !text.isTextual()) {
            throw Fields.wrong(at + ".text", text == null ? part : text, "a string");
        }
        return wellFormed(at + ".text", text.textValue());
    }

    /** What is absent, null or empty says nothing: typed clients send it for want of a value. */
    private static void refuse(String at, ObjectNode message, String name, String allowed) {
        JsonNode value = message.get(name);
        boolean nothing =
                value == null || value.isNull() || (value.isArray() && value.isEmpty()) || "".equals(value.textValue());
        if (!nothing) {
            throw Fields.wrong(at + "." + name, value, allowed);
        }
    }

    /** An unpaired surrogate has no UTF-8 form; half of the text would silently change on its way. */
    static String wellFormed(String at, String text) {
        int index = 0;
        while (index < text.length()) {
            int codePoint = text.codePointAt(index);
            if (Character.getType(codePoint) == Character.SURROGATE) {
                throw ApiError.invalid(at, "unpaired surrogate at character " + index + " (expected: Unicode text)")
                        .failure();
            }
            index += Character.charCount(codePoint);
        }
        return text;
    }
}
