package io.insula.inference.grammar.automaton;

import java.util.List;

/**
 * A regular expression on its way to an automaton.
 *
 * <p><b>Errors:</b> {@link AutomatonException} for what is not regular, not supported or too large.
 */
public final class Pattern {

    /** Elements of the nondeterministic automaton. */
    private static final int MAX_STEPS = 60_000;

    private final RegexParser.Parsed parsed;

    private Pattern(RegexParser.Parsed parsed) {
        this.parsed = parsed;
    }

    public static Pattern parse(String pattern) {
        return new Pattern(RegexParser.parse(pattern));
    }

    /** Whether all dialects match the same texts; otherwise the automaton has what they have in common. */
    public boolean exact() {
        return parsed.exact();
    }

    /** The texts that it matches as a whole. */
    public ByteDfa whole(Spelling spelling, Workbench work) {
        return build(parsed.regex(), spelling, work);
    }

    /** The texts in which it matches somewhere. */
    public ByteDfa somewhere(Spelling spelling, Workbench work) {
        return build(new Regex.Sequence(List.of(Regex.ANYTHING, parsed.regex(), Regex.ANYTHING)), spelling, work);
    }

    /** All texts. */
    public static ByteDfa anything(Spelling spelling, Workbench work) {
        return build(Regex.ANYTHING, spelling, work).minimal(work);
    }

    /**
     * All texts of so many code points.
     *
     * @param max {@code -1} where there is no most
     */
    public static ByteDfa ofLength(int min, int max, Spelling spelling, Workbench work) {
        ByteDfa one = build(new Regex.Chars(CodePoints.ALL), spelling, work).minimal(work);
        return one.repeated(min, max, work);
    }

    private static ByteDfa build(Regex regex, Spelling spelling, Workbench work) {
        ByteNfa nfa = new ByteNfa(spelling, MAX_STEPS, work);
        int accept = nfa.accept();
        int start = nfa.add(regex, accept);
        return new SubsetConstruction(nfa, accept, work).build(start);
    }
}
