package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.ByteDfa;

/** The strings that a value may be. */
public sealed interface StringLanguage {

    /** All strings of so many code points. */
    record Any(int min, int max) implements StringLanguage {}

    /**
     * Strings that an automaton describes.
     *
     * @param content the inside of the strings, in the one spelling of {@code Spelling.JSON}; empty for no string at all
     */
    record Of(ByteDfa content) implements StringLanguage {}

    int UNBOUNDED = SchemaNode.UNBOUNDED;

    /** Whether these are all strings. */
    default boolean isEverything() {
        return equals(new Any(0, UNBOUNDED));
    }

    /** Whether there is no such string. */
    default boolean isEmpty() {
        return switch (this) {
            case Any any -> any.min() > any.max();
            case Of of -> of.content().isEmpty();
        };
    }
}
