package io.insula.protocol;

/**
 * New output of one tool call of one choice: the first of a call names it, the others carry its arguments.
 *
 * @param index of the call within its choice, from 0
 * @param id of the call in its first delta, and the same after a resume; else empty
 * @param name the tool's in the call's first delta; else empty
 * @param arguments the next fragment of the arguments' JSON text; empty in the call's first delta
 */
public record ToolCallDelta(int index, String id, String name, String arguments) {

    public ToolCallDelta {
        if (index < 0) {
            throw new IllegalArgumentException("index: " + index + " (expected: >= 0)");
        }
        if (id.isEmpty() != name.isEmpty() || !(id.isEmpty() || arguments.isEmpty())) {
            throw new IllegalArgumentException("tool call delta: id '" + id + "', name '" + name
                    + "' (expected: id and name without arguments, or arguments alone)");
        }
    }

    /** The delta that a call starts with. */
    public static ToolCallDelta start(int index, String id, String name) {
        return new ToolCallDelta(index, id, name, "");
    }

    /** A delta that goes on with a call. */
    public static ToolCallDelta arguments(int index, String fragment) {
        return new ToolCallDelta(index, "", "", fragment);
    }

    /** Whether the call starts with it. */
    public boolean starts() {
        return !id.isEmpty();
    }
}
