package io.insula.inference.decode.parts;

/**
 * Reads what follows the tag that calls begin with, in one syntax.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
interface CallBlock {

    /** What one character was. */
    enum Step {
        /** A part of the block, which goes on. */
        MORE,
        /** The block's last one. */
        DONE,
        /** The first one behind the block, which had complete calls. */
        LEFT,
        /** None that a call can have there: what was taken since the block's beginning, or since its last call, is text. */
        BROKEN
    }

    /** Starts anew behind the tag. */
    void begin();

    Step accept(char next);

    /** Whether a call is complete and all that may come is the block's end or another call. */
    boolean between();
}
