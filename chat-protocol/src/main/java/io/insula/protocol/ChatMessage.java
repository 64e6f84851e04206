package io.insula.protocol;

import java.util.List;

/**
 * One message of a conversation; its content is data, never template text. What is absent is empty.
 *
 * @param role who speaks, as the chat template names it: {@code system}, {@code user}, {@code assistant}, {@code tool}, …
 * @param content the message's text
 * @param reasoning what an assistant thought before its content
 * @param toolCalls the tools that an assistant called
 * @param toolCallId the call that a tool's message answers
 * @param name who of that role speaks: a participant, or the tool that answers
 */
public record ChatMessage(
        String role, String content, String reasoning, List<ToolCall> toolCalls, String toolCallId, String name) {

    public ChatMessage {
        toolCalls = List.copyOf(toolCalls);
    }

    /** A message of text alone. */
    public ChatMessage(String role, String content) {
        this(role, content, "", List.of(), "", "");
    }
}
