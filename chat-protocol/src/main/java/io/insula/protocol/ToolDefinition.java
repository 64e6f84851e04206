package io.insula.protocol;

/**
 * One tool that a model may call.
 *
 * @param name unique among the tools of a request; not empty
 * @param description what it is for; empty when the client said nothing
 * @param parameters JSON Schema text of its arguments; {@code {}} when the client said nothing
 * @param strict whether arguments are held to the schema even where the model is free to call or not
 */
public record ToolDefinition(String name, String description, String parameters, boolean strict) {

    public ToolDefinition {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("tool: name '' (expected: not empty)");
        }
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("tool " + name + ": parameters '' (expected: a JSON Schema)");
        }
    }
}
