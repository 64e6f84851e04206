package io.insula.inference.decode.parts;

import java.util.Set;

/**
 * Which tool calls an answer may make.
 *
 * @param syntax how they are written
 * @param names of the tools that may be called; what calls another is text
 * @param parallel whether there may be more than one
 * @param enforced whether the answer is a call, whatever becomes of it: a part of one is never text
 */
public record CallRules(ToolSyntax syntax, Set<String> names, boolean parallel, boolean enforced) {

    public CallRules {
        names = Set.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names: [] (expected: at least one tool)");
        }
    }
}
