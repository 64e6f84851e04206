package io.insula.inference.grammar.automaton;

/** A language that no automaton within the limits describes; the message says what is wrong and what is allowed. */
public final class AutomatonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AutomatonException(String reason) {
        super(reason, null, false, false);
    }
}
