package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.insula.protocol.ToolCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the calls that an assistant's messages made, and finds the one that a tool's message answers.
 *
 * <p><b>Source:</b> OpenAI's {@code ChatCompletionRequestAssistantMessage} and {@code ChatCompletionRequestToolMessage}.
 */
final class MessageCalls {

    private static final int MAX_ID_CHARS = 256;
    private static final String A_CALL = "an object with id, type and function";
    private static final String A_FUNCTION = "an object with name and arguments";
    private static final String AN_ID = "the id of a call, a string of 1.." + MAX_ID_CHARS + " characters";

    private final int maxCalls;
    private final Map<String, String> namesById = new HashMap<>();

    MessageCalls(int maxCalls) {
        this.maxCalls = maxCalls;
    }

    /** The calls of one assistant's message. */
    List<ToolCall> read(String at, ObjectNode message) {
        Fields fields = new Fields(message, at + ".");
        JsonNode calls = fields.get("tool_calls");
        JsonNode older = fields.get("function_call");
        List<ToolCall> read = new ArrayList<>();
        if (calls != null) {
            Set<String> ids = new HashSet<>();
            for (JsonNode call : FunctionFields.array(at + ".tool_calls", calls, "calls", maxCalls)) {
                String one = at + ".tool_calls[" + read.size() + "]";
                read.add(call(one, call));
                if (!ids.add(read.getLast().id())) {
                    throw Fields.wrong(one + ".id", call.get("id"), "an id that no other call of the message has");
                }
            }
        }
        if (older != null) {
            String name = at + ".function_call";
            if (!read.isEmpty()) {
                throw ApiError.invalid(name, "beside tool_calls (expected: one of the two)")
                        .failure();
            }
            read.add(function("", name, FunctionFields.object(name, older, A_FUNCTION)));
        }
        return read;
    }

    /** The id of the call that a tool's message answers: one that the conversation made before. */
    String answered(String at, ObjectNode message) {
        String id = id(at + ".tool_call_id", message.get("tool_call_id"));
        if (!namesById.containsKey(id)) {
            throw Fields.wrong(
                    at + ".tool_call_id",
                    message.get("tool_call_id"),
                    "the id of a call in an assistant message before");
        }
        return id;
    }

    /** The tool that a known call called. */
    String nameOf(String id) {
        return namesById.getOrDefault(id, "");
    }

    private ToolCall call(String at, JsonNode value) {
        ObjectNode call = FunctionFields.object(at, value, A_CALL);
        JsonNode type = call.get("type");
        // Some clients leave out what has one value only.
        if (type != null && !type.isNull() && !"function".equals(type.textValue())) {
            throw Fields.wrong(at + ".type", type, "\"function\"");
        }
        String id = id(at + ".id", call.get("id"));
        String function = at + ".function";
        ToolCall read = function(id, function, FunctionFields.object(function, call.get("function"), A_FUNCTION));
        namesById.put(id, read.name());
        return read;
    }

    private static ToolCall function(String id, String at, ObjectNode function) {
        String name = FunctionFields.name(at + ".name", function.get("name"));
        JsonNode arguments = function.get("arguments");
        String allowed = "a string of JSON";
        if (arguments == null || arguments.isNull()) {
            throw Fields.missing(at + ".arguments", allowed);
        }
        if (!arguments.isTextual()) {
            throw Fields.wrong(at + ".arguments", arguments, allowed);
        }
        return new ToolCall(id, name, Conversation.wellFormed(at + ".arguments", arguments.textValue()));
    }

    private static String id(String at, @Nullable JsonNode id) {
        if (id == null || id.isNull()) {
            throw Fields.missing(at, AN_ID);
        }
        String text = id.textValue();
        if (text == null || text.isEmpty() || text.length() > MAX_ID_CHARS) {
            throw Fields.wrong(at, id, AN_ID);
        }
        return Conversation.wellFormed(at, text);
    }
}
