package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.assistant.AnswerForm;
import io.insula.api.error.ApiError;
import io.insula.protocol.OutputOptions;
import java.util.Objects;

/**
 * Reads what the client gets: how many choices, in which form, with which log-probabilities.
 *
 * <p><b>Source:</b> OpenAI's {@code CreateChatCompletionRequest}; vLLM's {@code best_of}, {@code prompt_logprobs} and
 * {@code echo}.
 */
final class FormFields {

    private FormFields() {}

    /**
     * Reads the fields.
     *
     * @param maxTokens the limit of one choice; 0 for none
     */
    static AnswerForm read(Fields fields, RequestLimits limits, int maxTokens) {
        boolean stream = fields.flag("stream");
        Long n = fields.integer("n", 1, limits.maxChoices());
        int choices = n == null ? 1 : Math.toIntExact(n);
        int candidates = candidates(fields, choices, stream, limits);
        if (candidates > 1 && (long) candidates * maxTokens > limits.maxTotalTokens()) {
            String asked = candidates == choices ? "n" : "best_of";
            throw ApiError.invalid(
                            asked,
                            candidates + " times max_tokens " + maxTokens + " (expected: at most "
                                    + limits.maxTotalTokens() + " tokens in all)")
                    .failure();
        }
        return new AnswerForm(
                stream,
                includeUsage(fields, stream),
                choices,
                candidates,
                logProbabilities(fields),
                promptLogProbabilities(fields, stream),
                fields.flag("echo"));
    }

    private static int candidates(Fields fields, int choices, boolean stream, RequestLimits limits) {
        Long bestOf = fields.integer("best_of", choices, limits.maxChoices());
        if (bestOf == null) {
            return choices;
        }
        if (stream && bestOf > choices) {
            throw Fields.wrong(
                    "best_of",
                    Objects.requireNonNull(fields.get("best_of")),
                    choices + ", as n, with stream: true; what is best is known at the end");
        }
        return Math.toIntExact(bestOf);
    }

    private static int logProbabilities(Fields fields) {
        boolean scored = fields.flag("logprobs");
        Long top = fields.integer("top_logprobs", 0, OutputOptions.MAX_LOG_PROBABILITIES);
        if (!scored) {
            if (top != null && top > 0) {
                throw Fields.wrong(
                        "top_logprobs", Objects.requireNonNull(fields.get("top_logprobs")), "only with logprobs: true");
            }
            return OutputOptions.UNSCORED;
        }
        return top == null ? 0 : Math.toIntExact(top);
    }

    private static int promptLogProbabilities(Fields fields, boolean stream) {
        Long top = fields.integer("prompt_logprobs", 0, OutputOptions.MAX_LOG_PROBABILITIES);
        if (top != null && stream) {
            throw Fields.wrong(
                    "prompt_logprobs",
                    Objects.requireNonNull(fields.get("prompt_logprobs")),
                    "absent with stream: true");
        }
        return top == null ? OutputOptions.UNSCORED : Math.toIntExact(top);
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
        return new Fields(object, "stream_options.").flag("include_usage");
    }
}
