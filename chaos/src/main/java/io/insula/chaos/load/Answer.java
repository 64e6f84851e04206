package io.insula.chaos.load;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a client was told, put together from its events.
 *
 * @param request the server's id of the request
 * @param fingerprint the answer's {@code system_fingerprint}
 * @param choices in order
 * @param promptLogprobs as JSON; null when there are none
 * @param usage as the client was told
 */
public record Answer(
        UUID request,
        @Nullable String fingerprint,
        List<Choice> choices,
        @Nullable String promptLogprobs,
        JsonObject usage) {

    /**
     * One of its choices.
     *
     * @param logprobs one JSON text a token
     * @param finish the finish reason; null when it was never told
     */
    public record Choice(
            String content,
            String reasoning,
            List<Call> calls,
            List<String> logprobs,
            @Nullable String finish) {}

    /** A tool call. */
    public record Call(String id, String name, String arguments) {}

    public int promptTokens() {
        return usage.getInteger("prompt_tokens", -1);
    }

    public int completionTokens() {
        return usage.getInteger("completion_tokens", -1);
    }

    public int cachedTokens() {
        return usage.getJsonObject("prompt_tokens_details", new JsonObject()).getInteger("cached_tokens", -1);
    }

    /** The usage but for what of the prompt was known, which depends on who asked whom before. */
    JsonObject computedUsage() {
        JsonObject computed = usage.copy();
        computed.remove("prompt_tokens_details");
        return computed;
    }
}
