package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;

/**
 * A piece of text whose end the text itself shows: a string up to its closing quote, a number, a word.
 *
 * <p><b>Thread:</b> any; immutable.
 */
interface Lexeme {

    /** The state in which no byte was read. */
    long start();

    /** The state after a byte, {@code -1} where there is none. */
    long next(long state, int value);

    /** The tag of a state at which the piece may end, {@link ByteDfa#NONE} where it must not. */
    int tag(long state);

    /** Whether the piece is over. */
    boolean isFinal(long state);

    /** States with equal groups let the same tokens through, up to the end of the piece; of all lexemes of a model. */
    long group(long state);

    /** How many ways lead from a state to an end, {@link Long#MAX_VALUE} for no end of them. */
    default long words(long state) {
        return Long.MAX_VALUE;
    }

    /** Whether {@link #words} is finite anywhere. */
    default boolean hasFiniteStates() {
        return false;
    }

    /** Goes on after the piece, below a node of the vocabulary's tree. */
    @FunctionalInterface
    interface Exit {
        void leave(MaskBuilder mask, int node, int tag);
    }
}
