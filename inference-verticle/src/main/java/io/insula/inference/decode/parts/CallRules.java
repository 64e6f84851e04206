package io.insula.inference.decode.parts;

import java.util.Set;

/**
 * Which tool calls an answer may make.
 *
 * @param syntax how they are written
 * @param names of the tools that may be called; what calls another is text
 * @param parallel whether there may be more than one
 * @param held how far a grammar holds the answer to calls
 */
public record CallRules(ToolSyntax syntax, Set<String> names, boolean parallel, Held held) {

    /** How far a grammar holds the answer to calls. */
    public enum Held {
        /** There is none: whatever can be read as a call is one. */
        FREE,
        /**
         * Once the answer calls: a call is what begins exactly as the grammar's do, so that no arguments come which were not
         * held to their schema.
         */
        CALLS,
        /** The answer is a call, whatever becomes of it: a part of one is never text. */
        ANSWER
    }

    public CallRules {
        names = Set.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names: [] (expected: at least one tool)");
        }
    }
}
