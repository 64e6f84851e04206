package io.insula.protocol;

/**
 * One call of a tool that an assistant's message made.
 *
 * @param id what the tool's answer refers to; empty in the older form, which has no ids
 * @param name the tool's; not empty
 * @param arguments JSON text, as the model wrote it
 */
public record ToolCall(String id, String name, String arguments) {

    public ToolCall {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("tool call: name '' (expected: a tool's name)");
        }
    }
}
