package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.assistant.ChatRequest;
import io.insula.api.error.ApiError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads OpenAI's chat completion request: strict types and ranges, each fault named.
 *
 * <p>A field whose effect is not implemented is refused unless it has its neutral value, so that nothing is accepted and
 * then not done. Unknown fields are ignored.
 */
public final class ChatRequestReader {

    private final RequestLimits limits;

    public ChatRequestReader(RequestLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a parsed body.
     *
     * @throws io.insula.api.error.RequestFailure naming the field at fault and what is allowed
     */
    public ChatRequest read(ObjectNode root) {
        Fields fields = new Fields(root);
        String model = model(fields);
        boolean stream = fields.flag("stream");
        Long maxTokens = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        Long maxCompletionTokens = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        if (maxCompletionTokens != null) {
            maxTokens = maxCompletionTokens;
        }
        NotYet.refuse(fields);
        return new ChatRequest(
                model,
                Conversation.read(fields, limits),
                fields.number("temperature", 0, 2),
                fields.number("top_p", 0, 1),
                maxTokens == null ? null : Math.toIntExact(maxTokens),
                stop(fields.get("stop")),
                fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                stream,
                includeUsage(fields, stream));
    }

    private String model(Fields fields) {
        String model = fields.text("model");
        if (model == null) {
            throw Fields.missing("model", "the id or name of an assistant config");
        }
        if (model.isBlank() || model.length() > limits.maxModelChars()) {
            throw ApiError.invalid(
                            "model", model.length() + " characters (expected: 1.." + limits.maxModelChars() + ")")
                    .failure();
        }
        return Conversation.wellFormed("model", model);
    }

    private List<String> stop(@Nullable JsonNode stop) {
        if (stop == null) {
            return List.of();
        }
        if (stop.isTextual()) {
            return List.of(stopString("stop", stop));
        }
        String allowed = "a string or an array of at most " + limits.maxStop() + " strings";
        if (!stop.isArray()) {
            throw Fields.wrong("stop", stop, allowed);
        }
        if (stop.size() > limits.maxStop()) {
            throw ApiError.invalid("stop", stop.size() + " strings (expected: " + allowed + ")")
                    .failure();
        }
        List<String> strings = new ArrayList<>(stop.size());
        for (int i = 0; i < stop.size(); i++) {
            strings.add(stopString("stop[" + i + "]", stop.get(i)));
        }
        return strings;
    }

    private String stopString(String at, JsonNode value) {
        String text = value.textValue();
        if (text == null || text.isEmpty() || text.length() > limits.maxStopChars()) {
            throw Fields.wrong(at, value, "a string of 1.." + limits.maxStopChars() + " characters");
        }
        return Conversation.wellFormed(at, text);
    }

    private static boolean includeUsage(Fields fields, boolean stream) {
        JsonNode options = fields.get("stream_options");
        if (options == null) {
            return false;
        }
        if (!(options instanceof ObjectNode object)) {
            throw Fields.wrong("stream_options", options, "an object");
        }
        if (!stream) {
            throw Fields.wrong("stream_options", options, "only with stream: true");
        }
        JsonNode includeUsage = object.get("include_usage");
        if (includeUsage == null || includeUsage.isNull()) {
            return false;
        }
        if (!includeUsage.isBoolean()) {
            throw Fields.wrong("stream_options.include_usage", includeUsage, "true or false");
        }
        return includeUsage.booleanValue();
    }
}
