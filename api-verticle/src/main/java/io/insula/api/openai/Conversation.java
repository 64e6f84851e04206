package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.insula.protocol.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the {@code messages} of a chat request. */
final class Conversation {

    private static final String ROLES = "system, developer, user or assistant";

    private Conversation() {}

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
        List<ChatMessage> read = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            String at = "messages[" + i + "]";
            if (!(messages.get(i) instanceof ObjectNode message)) {
                throw Fields.wrong(at, messages.get(i), "an object with role and content");
            }
            read.add(message(at, message, limits));
        }
        return read;
    }

    private static ChatMessage message(String at, ObjectNode message, RequestLimits limits) {
        JsonNode role = message.get("role");
        if (role == null || role.isNull()) {
            throw Fields.missing(at + ".role", ROLES);
        }
        String speaker = switch (role.isTextual() ? role.textValue() : "") {
            // What newer models call developer, the chat templates of open models call system.
            case "system", "developer" -> "system";
            case "user" -> "user";
            case "assistant" -> "assistant";
            default -> throw Fields.wrong(at + ".role", role, ROLES);
        };
        refuse(at, message, "tool_calls");
        refuse(at, message, "function_call");
        refuse(at, message, "audio");
        return new ChatMessage(speaker, content(at + ".content", message.get("content"), limits));
    }

    private static String content(String at, @Nullable JsonNode content, RequestLimits limits) {
        String allowed = "a string or an array of text parts";
        if (content == null) {
            throw Fields.missing(at, allowed);
        }
        if (content.isTextual()) {
            return wellFormed(at, content.textValue());
        }
        if (!content.isArray() || content.isEmpty() || content.size() > limits.maxContentParts()) {
            throw Fields.wrong(at, content, allowed + ", 1.." + limits.maxContentParts());
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

    private static void refuse(String at, ObjectNode message, String name) {
        JsonNode value = message.get(name);
        if (value != null && !value.isNull() && !(value.isArray() && value.isEmpty())) {
            throw Fields.wrong(at + "." + name, value, "absent; not supported yet");
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
