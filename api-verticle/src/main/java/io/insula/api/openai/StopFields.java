package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.insula.api.error.ApiError;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TokenIds;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads when a choice ends: OpenAI's fields, and vLLM's for what OpenAI does not have.
 *
 * <p><b>Source:</b> OpenAI's {@code CreateChatCompletionRequest}; vLLM's {@code SamplingParams}.
 */
final class StopFields {

    private StopFields() {}

    /** A limit of 0 tokens stands for none. */
    static StopConditions read(Fields fields, RequestLimits limits) {
        int maxTokens = maxTokens(fields);
        Long minTokens = fields.integer("min_tokens", 0, maxTokens == 0 ? Integer.MAX_VALUE : maxTokens);
        return new StopConditions(
                maxTokens,
                minTokens == null ? 0 : Math.toIntExact(minTokens),
                strings(fields.get("stop"), limits),
                tokens(fields.get("stop_token_ids"), limits),
                fields.flag("ignore_eos"));
    }

    private static int maxTokens(Fields fields) {
        Long older = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        Long newer = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        Long asked = newer == null ? older : newer;
        return asked == null ? 0 : Math.toIntExact(asked);
    }

    private static List<String> strings(@Nullable JsonNode stop, RequestLimits limits) {
        if (stop == null) {
            return List.of();
        }
        if (stop.isTextual()) {
            return List.of(string("stop", stop, limits));
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
            strings.add(string("stop[" + i + "]", stop.get(i), limits));
        }
        return strings;
    }

    private static String string(String at, JsonNode value, RequestLimits limits) {
        String text = value.textValue();
        if (text == null || text.isEmpty() || text.length() > limits.maxStopChars()) {
            throw Fields.wrong(at, value, "a string of 1.." + limits.maxStopChars() + " characters");
        }
        return Conversation.wellFormed(at, text);
    }

    private static TokenIds tokens(@Nullable JsonNode ids, RequestLimits limits) {
        if (ids == null) {
            return TokenIds.EMPTY;
        }
        String allowed = "an array of at most " + limits.maxStopTokens() + " token ids";
        if (!ids.isArray()) {
            throw Fields.wrong("stop_token_ids", ids, allowed);
        }
        if (ids.size() > limits.maxStopTokens()) {
            throw ApiError.invalid("stop_token_ids", ids.size() + " ids (expected: " + allowed + ")")
                    .failure();
        }
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode id = ids.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw Fields.wrong("stop_token_ids[" + i + "]", id, "an integer, 0.." + Integer.MAX_VALUE);
            }
            tokens[i] = id.intValue();
        }
        return TokenIds.of(tokens);
    }
}
