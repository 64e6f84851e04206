package io.insula.inference.grammar;

import org.jspecify.annotations.Nullable;

/**
 * A place in an answer: what was read of the piece at hand, and the frames of what it stands in. From every cursor an end
 * can be reached.
 *
 * <p><b>Thread:</b> any; immutable.
 */
interface Cursor {

    /**
     * The cursor after a byte from 0 to 255; null where it must not follow.
     *
     * @param probe whether a mask is being made, which must not depend on the names of members so far
     */
    @Nullable
    Cursor step(int value, boolean probe);

    /** Whether the answer may end here. */
    default boolean complete() {
        return false;
    }

    /** A token without bytes that may follow, {@code -1} for none. */
    default int marker() {
        return -1;
    }

    /** The cursor after that token. */
    default Cursor afterMarker() {
        throw new IllegalStateException("no marker may follow");
    }

    /** How much a step costs, in pieces of text that may be the one at hand. */
    default int breadth() {
        return 1;
    }

    /** What the mask depends on; null where masks are not worth keeping. */
    @Nullable
    MaskKey key();

    /** Adds the tokens below a node of the vocabulary's tree, where the bytes up to the node were read before this cursor. */
    default void admit(MaskBuilder mask, int node) {
        mask.walk(node, this);
    }

    /** Takes out tokens that the mask of the key has and that must not follow here. */
    default TokenMask corrected(TokenMask mask, GrammarVocabulary vocabulary, MaskCache cache) {
        return mask;
    }
}
