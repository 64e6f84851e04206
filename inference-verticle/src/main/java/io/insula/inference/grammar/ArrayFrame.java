package io.insula.inference.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An array of which some items are there, and the rules that it may still meet. */
final class ArrayFrame implements Frame {

    /**
     * @param owner place of the shape that is met when this rule is
     */
    record Strand(int owner, ValueRule.ArrayRule rule) {}

    /** Numbers in a key of one strand. */
    private static final int PARTS = 5;

    private final Machine machine;
    private final Frame outer;
    private final List<Strand> strands;
    /** Items before the one at hand. */
    private final int index;

    private final Context context;

    private ArrayFrame(Machine machine, Frame outer, List<Strand> strands, int index) {
        this.machine = machine;
        this.outer = outer;
        this.strands = strands;
        this.index = index;
        this.context = machine.contexts().context(key());
    }

    static Cursor open(Machine machine, Frame outer, List<Strand> strands) {
        return Place.of(machine, new Turn(new ArrayFrame(machine, outer, strands, 0), true));
    }

    private MaskKey key() {
        long[] parts = new long[1 + PARTS * strands.size()];
        parts[0] = outer.context().number();
        for (int i = 0; i < strands.size(); i++) {
            Strand strand = strands.get(i);
            long[] group = strand.rule().group(index, machine.cap());
            parts[1 + PARTS * i] = strand.owner();
            System.arraycopy(group, 0, parts, 2 + PARTS * i, group.length);
        }
        return MaskKey.of(MaskKey.Kind.ARRAY, parts);
    }

    /** The strands that take one more item. */
    private List<Strand> taking() {
        List<Strand> taking = new ArrayList<>(strands.size());
        for (Strand strand : strands) {
            if (strand.rule().continues(index)) {
                taking.add(strand);
            }
        }
        return taking;
    }

    /** The rules of the next item, each with its place. */
    private Map<ValueRule, Integer> items() {
        Map<ValueRule, Integer> places = new LinkedHashMap<>();
        for (Strand strand : taking()) {
            places.putIfAbsent(strand.rule().child(index), places.size());
        }
        return places;
    }

    @Override
    public Cursor after(BitSet met) {
        Map<ValueRule, Integer> places = items();
        List<Strand> left = new ArrayList<>(strands.size());
        for (Strand strand : taking()) {
            if (met.get(Objects.requireNonNull(places.get(strand.rule().child(index))))) {
                left.add(strand);
            }
        }
        return Place.of(machine, new Turn(new ArrayFrame(machine, outer, left, index + 1), false));
    }

    @Override
    public Context context() {
        return context;
    }

    private @Nullable Cursor close() {
        BitSet met = new BitSet();
        for (Strand strand : strands) {
            if (strand.rule().closes(index)) {
                met.set(strand.owner());
            }
        }
        return met.isEmpty() ? null : outer.after(met);
    }

    /**
     * After the bracket, or after an item.
     */
    private record Turn(ArrayFrame frame, boolean opened) implements Place.Turn {

        @Override
        public @Nullable Cursor step(int value, boolean spaced, boolean probe) {
            if (value == ']') {
                return frame.close();
            }
            List<ValueRule> items = List.copyOf(frame.items().keySet());
            if (items.isEmpty()) {
                return null;
            }
            if (opened) {
                return Values.begin(frame.machine, items, frame, value);
            }
            return value == ',' && !spaced
                    ? Place.of(frame.machine, new Place.Value(frame.machine, items, frame))
                    : null;
        }

        @Override
        public int breadth() {
            return frame.strands.size();
        }

        @Override
        public boolean takesSpace() {
            return opened || frame.close() != null;
        }

        @Override
        public long[] local() {
            return new long[] {Place.ITEMS, opened ? 1 : 0};
        }

        @Override
        public Context context() {
            return frame.context;
        }
    }
}
