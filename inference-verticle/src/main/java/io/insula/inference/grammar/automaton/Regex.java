package io.insula.inference.grammar.automaton;

import java.util.List;

/** A regular expression as a tree. */
sealed interface Regex {

    record Chars(CodePoints set) implements Regex {}

    record Sequence(List<Regex> parts) implements Regex {}

    record Choice(List<Regex> parts) implements Regex {}

    /**
     * An expression so many times in a row.
     *
     * @param max {@link #UNBOUNDED} where there is no most
     */
    record Repeat(Regex part, int min, int max) implements Regex {}

    /** The beginning of the text. */
    record Start() implements Regex {}

    /** The end of the text. */
    record End() implements Regex {}

    int UNBOUNDED = -1;

    Regex EMPTY = new Sequence(List.of());
    Regex ANYTHING = new Repeat(new Chars(CodePoints.ALL), 0, UNBOUNDED);
}
