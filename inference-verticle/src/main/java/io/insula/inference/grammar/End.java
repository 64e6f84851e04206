package io.insula.inference.grammar;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Nothing follows but an end. */
record End(Context context) implements Cursor, Frame {

    @Override
    public @Nullable Cursor step(int value, boolean probe) {
        return null;
    }

    @Override
    public boolean complete() {
        return true;
    }

    @Override
    public MaskKey key() {
        return MaskKey.of(MaskKey.Kind.END, context.number());
    }

    @Override
    public Cursor after(BitSet met) {
        return this;
    }
}
