package io.insula.inference.admission;

import io.insula.inference.decode.GrammarMask;
import io.insula.inference.grammar.GrammarState;

/**
 * A choice's state in a compiled grammar.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
final class StateMask implements GrammarMask {

    private final GrammarState state;

    StateMask(GrammarState state) {
        this.state = state;
    }

    @Override
    public long[] words() {
        return state.mask().toWords();
    }

    @Override
    public int only() {
        return state.complete() ? -1 : state.onlyToken();
    }

    @Override
    public boolean complete() {
        return state.complete();
    }

    @Override
    public boolean mustEnd() {
        return state.mustEnd();
    }

    @Override
    public void accept(int token) {
        state.accept(token);
    }
}
