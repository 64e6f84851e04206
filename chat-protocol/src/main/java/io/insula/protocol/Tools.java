package io.insula.protocol;

import io.insula.protocol.ToolChoice.Named;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tools of a request and how they may be used.
 *
 * @param definitions of different names
 * @param choice {@link ToolChoice.None} where there are no definitions; a named tool is one of them
 * @param parallel whether one answer may make more than one call
 */
public record Tools(List<ToolDefinition> definitions, ToolChoice choice, boolean parallel) {

    /** A request without tools. */
    public static final Tools NONE = new Tools(List.of(), new ToolChoice.None(), true);

    public Tools {
        definitions = List.copyOf(definitions);
        Set<String> names = new HashSet<>();
        for (ToolDefinition definition : definitions) {
            if (!names.add(definition.name())) {
                throw new IllegalArgumentException("tools: " + definition.name() + " twice (expected: once)");
            }
        }
        if (names.isEmpty() && !(choice instanceof ToolChoice.None)) {
            throw new IllegalArgumentException(
                    "tool_choice: " + choice + " (expected: none, since there are no tools)");
        }
        if (choice instanceof Named(String name) && !names.contains(name)) {
            throw new IllegalArgumentException("tool_choice: " + name + " (expected: one of " + names + ")");
        }
    }

    public boolean isEmpty() {
        return definitions.isEmpty();
    }
}
