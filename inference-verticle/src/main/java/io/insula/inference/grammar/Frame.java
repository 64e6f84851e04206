package io.insula.inference.grammar;

import java.util.BitSet;

/**
 * What goes on after a value.
 *
 * <p><b>Thread:</b> any; immutable.
 */
interface Frame {

    /**
     * The cursor after the value.
     *
     * @param met which of the shapes that the value might have it has, by their place in the list of them
     */
    Cursor after(BitSet met);

    /** Frames with the same context let the same tokens through. */
    Context context();
}
