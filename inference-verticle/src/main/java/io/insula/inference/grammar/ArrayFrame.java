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
    record Thread(int owner, ValueRule.ArrayRule rule) {}

    private record Local(Thread thread, Object group) {}

    private final Machine machine;
    private final Frame outer;
    private final List<Thread> threads;
    /** Items before the one at hand. */
    private final int index;

    private final Context context;

    private ArrayFrame(Machine machine, Frame outer, List<Thread> threads, int index) {
        this.machine = machine;
        this.outer = outer;
        this.threads = threads;
        this.index = index;
        List<Local> local = new ArrayList<>(threads.size());
        for (Thread thread : threads) {
            local.add(new Local(thread, thread.rule().group(index, machine.cap())));
        }
        this.context = machine.contexts().of(outer.context(), local);
    }

    static Cursor open(Machine machine, Frame outer, List<Thread> threads) {
        return Place.of(machine, new Turn(new ArrayFrame(machine, outer, threads, 0), true));
    }

    /** The threads that take one more item. */
    private List<Thread> taking() {
        List<Thread> taking = new ArrayList<>(threads.size());
        for (Thread thread : threads) {
            if (thread.rule().continues(index)) {
                taking.add(thread);
            }
        }
        return taking;
    }

    private List<ValueRule> items() {
        List<ValueRule> rules = new ArrayList<>(threads.size());
        for (Thread thread : taking()) {
            ValueRule rule = thread.rule().child(index);
            if (!rules.contains(rule)) {
                rules.add(rule);
            }
        }
        return rules;
    }

    @Override
    public Cursor after(BitSet met) {
        List<ValueRule> rules = items();
        List<Thread> left = new ArrayList<>(threads.size());
        for (Thread thread : taking()) {
            if (met.get(rules.indexOf(thread.rule().child(index)))) {
                left.add(thread);
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
        for (Thread thread : threads) {
            if (thread.rule().closes(index)) {
                met.set(thread.owner());
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
