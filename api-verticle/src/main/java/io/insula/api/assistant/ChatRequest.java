package io.insula.api.assistant;

import io.insula.protocol.ChatMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One chat completion as the client asked for it, whatever the dialect.
 *
 * @param model config id, config name, or what the dialect maps to one
 * @param messages at least one
 * @param temperature 0..2; null leaves the config's default
 * @param topP 0..1; null leaves the config's default
 * @param maxTokens at least 1; null leaves the config's default
 * @param stop non-empty strings; may be empty
 * @param seed null draws one
 * @param stream whether the answer is a stream of events
 * @param includeUsage whether a stream ends with a usage chunk
 */
public record ChatRequest(
        String model,
        List<ChatMessage> messages,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer maxTokens,
        List<String> stop,
        @Nullable Long seed,
        boolean stream,
        boolean includeUsage) {

    public ChatRequest {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
    }
}
