package io.insula.inference.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An array of which some items are there, and the rules that it may still meet. */
final class ArrayFrame implements Frame {

    /**
     * @param owner place of the shape that is met when this rule is
     */
    record Strand(int owner, ValueRule.ArrayRule rule) {}

    private record Local(Strand strand, Object group) {}

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
        List<Local> local = new ArrayList<>(strands.size());
        for (Strand strand : strands) {
            local.add(new Local(strand, strand.rule().group(index, machine.cap())));
        }
        this.context = machine.contexts().of(outer.context(), local);
    }

    static Cursor open(Machine machine, Frame outer, List<Strand> strands) {
        return Place.of(machine, new Turn(new ArrayFrame(machine, outer, strands, 0), true));
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

    private List<ValueRule> items() {
        List<ValueRule> rules = new ArrayList<>(strands.size());
        for (Strand strand : taking()) {
            ValueRule rule = strand.rule().child(index);
            if (!rules.contains(rule)) {
                rules.add(rule);
            }
        }
        return rules;
    }

    @Override
    public Cursor after(BitSet met) {
        List<ValueRule> rules = items();
        List<Strand> left = new ArrayList<>(strands.size());
        for (Strand strand : taking()) {
            if (met.get(rules.indexOf(strand.rule().child(index)))) {
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
            List<ValueRule> items = frame.items();
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
        public boolean takesSpace() {
            return opened || frame.close() != null;
        }

        @Override
        public Object local() {
            return opened;
        }

        @Override
        public Context context() {
            return frame.context;
        }
    }
}
