package io.insula.api.assistant;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.StopConditions;
import java.util.List;

/**
 * One chat completion as the client asked for it, whatever the dialect.
 *
 * @param model config id, config name, or what the dialect maps to one
 * @param messages at least one
 * @param sampling how tokens are drawn
 * @param stop when a choice ends; a limit of 0 tokens leaves the config's default
 * @param structure what the answer may call and must look like
 * @param form what the client gets, and how
 */
public record ChatRequest(
        String model,
        List<ChatMessage> messages,
        SamplingWish sampling,
        StopConditions stop,
        AnswerStructure structure,
        AnswerForm form) {

    public ChatRequest {
        messages = List.copyOf(messages);
    }

    /** The last message's text, when the answer is to begin with it; else empty. */
    public String echoed() {
        ChatMessage last = messages.getLast();
        return form.echo() && last.role().equals("assistant") ? last.content() : "";
    }
}
