package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Pattern;
import io.insula.inference.grammar.automaton.Spelling;
import io.insula.inference.grammar.automaton.Workbench;

/** The rest of any JSON string, after its first quote, with every escape that JSON has; surrogates come in pairs. */
final class FreeString implements Lexeme {

    /** The state between two code points. */
    static final long BETWEEN = 0;

    private static final String HEX = "[0-9a-fA-F]";
    private static final String CHARACTERS = "(?:[^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\/bfnrt]|\\\\u(?:[0-9a-cefA-CEF]" + HEX
            + "{3}|[dD][0-7]" + HEX + "{2}|[dD][89abAB]" + HEX + "{2}\\\\u[dD][c-fC-F]" + HEX + "{2}))*\"";

    private final DfaLexeme lexeme;

    FreeString(int longest, Workbench work) {
        ByteDfa dfa = Pattern.parse(CHARACTERS).whole(Spelling.RAW, work).minimal(work);
        this.lexeme = new DfaLexeme(dfa, longest, work);
        if (lexeme.next(BETWEEN, 'a') != BETWEEN) {
            throw new IllegalStateException("a character does not lead back to the state between two");
        }
    }

    @Override
    public long start() {
        return BETWEEN;
    }

    @Override
    public long next(long state, int value) {
        return lexeme.next(state, value);
    }

    @Override
    public int tag(long state) {
        return lexeme.tag(state);
    }

    @Override
    public boolean isFinal(long state) {
        return lexeme.isFinal(state);
    }

    @Override
    public long group(long state) {
        return lexeme.group(state);
    }
}
