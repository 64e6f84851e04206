package io.insula.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks an inference node to generate one answer and to send its frames to {@link Addresses#frames}.
 *
 * <p>Admission is idempotent by ({@code request}, {@code attempt}): a repeated command is answered as the first was and
 * starts nothing anew.
 *
 * @param request the stream's identity, equal over all attempts
 * @param attempt 0 for the first engine, one more for each engine that takes the stream over
 * @param apiNode the HTTP node whose lease ({@link ApiStatus}) this stream lives under
 * @param apiInstance the instance of that node's HTTP verticle that takes the frames
 * @param tenant whose request it is: fairness and cache salt
 * @param config the assistant config it came through; null when the base model was named directly
 * @param model the base model
 * @param messages the conversation, system prompt included; at least one
 * @param sampling how tokens are drawn
 * @param maxTokens at most this many tokens are generated; 0 means the remaining room of the context
 * @param stop the stream ends before any of these strings appears in it; none is empty
 * @param resumeTokens tokens that an earlier attempt already delivered: replayed with output suppressed
 */
public record GenerateCommand(
        RequestId request,
        int attempt,
        NodeId apiNode,
        int apiInstance,
        TenantId tenant,
        @Nullable ConfigId config,
        ModelName model,
        List<ChatMessage> messages,
        SamplingParameters sampling,
        int maxTokens,
        List<String> stop,
        TokenIds resumeTokens) {

    public GenerateCommand {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
        if (attempt < 0) {
            throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 0)");
        }
        if (apiInstance < 0) {
            throw new IllegalArgumentException("apiInstance: " + apiInstance + " (expected: >= 0)");
        }
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("messages: [] (expected: at least one)");
        }
        if (maxTokens < 0) {
            throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: >= 0)");
        }
        if (stop.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("stop: '' (expected: non-empty strings)");
        }
    }

    /** Where this stream's frames go. */
    public String framesAddress() {
        return Addresses.frames(apiNode, apiInstance);
    }
}
