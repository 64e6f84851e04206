package io.insula.inference.decode;

/**
 * Where one choice stands in the grammar that its text has to match.
 *
 * <p>It knows tokens that have text alone: what ends a choice is not its matter, only when one may end.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
public interface GrammarMask {

    /**
     * The tokens that may come next, token {@code t} as bit {@code t % 64} of word {@code t / 64}; tokens beyond the last word
     * may not. The array is not changed by the reader, and not by the grammar before {@link #accept}.
     */
    long[] words();

    /** The one token that may come next where there is no other and the text is not complete; else -1. */
    int only();

    /** Whether the text matches as it is: the choice may end. */
    boolean complete();

    /** Whether the text matches and nothing may follow: the choice ends. */
    boolean mustEnd();

    /** Goes on by a token of {@link #words}. */
    void accept(int token);

    /** Whether the text may make calls: else nothing in it is one, whatever it looks like. */
    default boolean mayCall() {
        return true;
    }

    /** Whether the text can be nothing but calls. */
    default boolean mustCall() {
        return false;
    }

    /** The text makes a call: where it could be something else as well, it no longer can. */
    default void calls() {}
}
