package io.insula.protocol;

/**
 * One message of a conversation; its content is data, never template text.
 *
 * @param role who speaks, as the chat template names it: {@code system}, {@code user}, {@code assistant}, …
 * @param content the message's text
 */
public record ChatMessage(String role, String content) {}
