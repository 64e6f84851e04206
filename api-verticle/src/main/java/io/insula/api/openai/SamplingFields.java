package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.assistant.SamplingWish;
import io.insula.api.error.ApiError;
import io.insula.protocol.LogitBias;
import io.insula.protocol.Penalties;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads how tokens are drawn: OpenAI's fields, and vLLM's for what OpenAI does not have.
 *
 * <p><b>Source:</b> OpenAI's {@code CreateChatCompletionRequest}; vLLM's {@code SamplingParams}.
 */
final class SamplingFields {

    private static final int MAX_ID_DIGITS = 10;

    private SamplingFields() {}

    static SamplingWish read(Fields fields, RequestLimits limits) {
        return new SamplingWish(
                fields.number("temperature", 0, 2),
                fields.number("top_p", 0, 1),
                topK(fields),
                fields.number("min_p", 0, 1, 0),
                fields.positive("typical_p", 1, 1),
                new Penalties(
                        fields.positive("repetition_penalty", Penalties.MAX_REPETITION, 1),
                        fields.number("frequency_penalty", -2, 2, 0),
                        fields.number("presence_penalty", -2, 2, 0)),
                logitBias(fields.get("logit_bias"), limits),
                fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE));
    }

    /** vLLM writes off as -1 or 0. */
    private static int topK(Fields fields) {
        Long topK = fields.integer("top_k", -1, Integer.MAX_VALUE);
        return topK == null ? 0 : Math.toIntExact(Math.max(topK, 0));
    }

    private static LogitBias logitBias(@Nullable JsonNode biases, RequestLimits limits) {
        if (biases == null) {
            return LogitBias.NONE;
        }
        if (!(biases instanceof ObjectNode object)) {
            throw Fields.wrong("logit_bias", biases, "an object of token ids and numbers");
        }
        if (object.size() > limits.maxLogitBias()) {
            throw ApiError.invalid(
                            "logit_bias", object.size() + " tokens (expected: at most " + limits.maxLogitBias() + ")")
                    .failure();
        }
        Map<Integer, Double> read = new HashMap<>();
        Fields byToken = new Fields(object, "logit_bias.");
        for (Map.Entry<String, JsonNode> bias : object.properties()) {
            double value =
                    Objects.requireNonNullElse(byToken.number(bias.getKey(), -LogitBias.LIMIT, LogitBias.LIMIT), 0.0);
            if (read.put(token(bias.getKey()), value) != null) {
                throw ApiError.invalid("logit_bias", "token " + token(bias.getKey()) + " twice (expected: once)")
                        .failure();
            }
        }
        return LogitBias.of(read);
    }

    private static int token(String id) {
        boolean digits = id.length() <= MAX_ID_DIGITS && id.matches("[0-9]+");
        long token = digits ? Long.parseLong(id) : -1;
        if (token < 0 || token > Integer.MAX_VALUE) {
            String shown = id.length() <= Fields.SHOWN_CHARS ? id : id.substring(0, Fields.SHOWN_CHARS) + "…";
            throw ApiError.invalid(
                            "logit_bias", "\"" + shown + "\" (expected: token ids, 0.." + Integer.MAX_VALUE + ")")
                    .failure();
        }
        return (int) token;
    }
}
