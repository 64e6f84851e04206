package io.insula.inference.grammar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place between two lexemes of JSON, with the white space so far: none, one blank, or a line feed and its indentation.
 *
 * <p><b>Source:</b> RFC 8259, with white space bounded, and none before commas and colons.
 */
final class Place implements Cursor {

    private static final int NO_SPACE = 0;
    private static final int BLANK = 1;
    private static final int LINE_FEED = 2;

    /** The first number of what is local to a turn says which it is. */
    static final int VALUE = 0;

    static final int COLON = 1;
    static final int MEMBERS = 2;
    static final int ITEMS = 3;

    /** What a place lets through besides white space. */
    interface Turn {

        /** The cursor after a byte. */
        @Nullable
        Cursor step(int value, boolean spaced, boolean probe);

        /** Whether white space may come first: something must be able to follow it. */
        boolean takesSpace();

        /** As of a cursor. */
        int breadth();

        /** What it depends on besides its context. */
        long[] local();

        Context context();
    }

    private final Machine machine;
    private final Turn turn;
    private final int space;

    private Place(Machine machine, Turn turn, int space) {
        this.machine = machine;
        this.turn = turn;
        this.space = space;
    }

    static Place of(Machine machine, Turn turn) {
        return new Place(machine, turn, NO_SPACE);
    }

    /** A place where no white space may follow, as if there had been a blank. */
    static Place spaced(Machine machine, Turn turn) {
        return new Place(machine, turn, BLANK);
    }

    /** A value that has one of some shapes. */
    record Value(Machine machine, List<ValueRule> rules, Frame frame) implements Turn {

        @Override
        public @Nullable Cursor step(int value, boolean spaced, boolean probe) {
            return Values.begin(machine, rules, frame, value);
        }

        @Override
        public int breadth() {
            return rules.size();
        }

        @Override
        public boolean takesSpace() {
            return true;
        }

        @Override
        public long[] local() {
            return ValueRule.numbers(rules, VALUE);
        }

        @Override
        public Context context() {
            return frame.context();
        }
    }

    /** A colon and the value after it; the colon stands right behind the name. */
    record Colon(Machine machine, List<ValueRule> rules, Frame frame) implements Turn {

        @Override
        public @Nullable Cursor step(int value, boolean spaced, boolean probe) {
            return value == ':' && !spaced ? of(machine, new Value(machine, rules, frame)) : null;
        }

        @Override
        public int breadth() {
            return rules.size();
        }

        @Override
        public boolean takesSpace() {
            return false;
        }

        @Override
        public long[] local() {
            return ValueRule.numbers(rules, COLON);
        }

        @Override
        public Context context() {
            return frame.context();
        }
    }

    @Override
    public @Nullable Cursor step(int value, boolean probe) {
        if (value == ' ' || value == '\n' || value == '\t') {
            int next = spaceAfter(value);
            return next < 0 || !turn.takesSpace() ? null : new Place(machine, turn, next);
        }
        return turn.step(value, space != NO_SPACE, probe);
    }

    private int spaceAfter(int value) {
        if (space == NO_SPACE) {
            return value == ' ' ? BLANK : value == '\n' ? LINE_FEED : -1;
        }
        return space >= LINE_FEED && value != '\n' && space < LINE_FEED + machine.maxIndent() ? space + 1 : -1;
    }

    @Override
    public int breadth() {
        return turn.breadth();
    }

    @Override
    public MaskKey key() {
        long[] local = turn.local();
        long[] parts = Arrays.copyOf(local, local.length + 2);
        parts[local.length] = space;
        parts[local.length + 1] = turn.context().number();
        return MaskKey.of(MaskKey.Kind.PLACE, parts);
    }

    static BitSet bit(int place) {
        BitSet bits = new BitSet(place + 1);
        bits.set(place);
        return bits;
    }
}
