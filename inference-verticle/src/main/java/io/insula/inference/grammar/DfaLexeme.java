package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Workbench;

/** A lexeme that an automaton describes. */
final class DfaLexeme implements Lexeme {

    private final ByteDfa dfa;
    private final int[] groups;
    private final long firstGroup;
    private final boolean[] finals;
    private final long[] words;
    private final boolean finite;

    /**
     * @param longest bytes of the longest token
     */
    DfaLexeme(ByteDfa dfa, int longest, Workbench work) {
        this.dfa = dfa;
        this.groups = dfa.groups(longest, work);
        this.firstGroup = MaskKey.numbers(dfa.states());
        this.finals = new boolean[dfa.states()];
        for (int state = 0; state < groups.length; state++) {
            finals[state] = dfa.isFinal(state);
        }
        this.words = dfa.words();
        boolean anyFinite = false;
        for (int state = 0; state < words.length; state++) {
            anyFinite |= !finals[state] && words[state] != Long.MAX_VALUE;
        }
        this.finite = anyFinite;
    }

    @Override
    public long start() {
        return 0;
    }

    @Override
    public long next(long state, int value) {
        return dfa.next((int) state, value);
    }

    @Override
    public int tag(long state) {
        return dfa.tag((int) state);
    }

    @Override
    public boolean isFinal(long state) {
        return finals[(int) state];
    }

    @Override
    public long group(long state) {
        return firstGroup + groups[(int) state];
    }

    @Override
    public long words(long state) {
        return words[(int) state];
    }

    @Override
    public boolean hasFiniteStates() {
        return finite;
    }

    long weight() {
        return dfa.weight() + 24L * groups.length;
    }
}
