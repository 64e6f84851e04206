package io.insula.inference.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An object of which some members are there, and the rules that it may still meet. */
final class ObjectFrame {

    /**
     * @param owner place of the shape that is met when this rule is
     * @param place properties that are behind
     */
    record Strand(int owner, ObjectRule rule, int place) {

        /** Writes its three numbers into a key. */
        void addTo(long[] parts, int at) {
            parts[at] = owner;
            parts[at + 1] = rule.number();
            parts[at + 2] = place;
        }
    }

    /** Numbers in a key of one strand or member. */
    private static final int PARTS = 4;

    private final Machine machine;
    private final Frame outer;
    private final List<Strand> strands;
    private final int count;
    private final @Nullable UsedNames used;
    private final Context context;

    private ObjectFrame(Machine machine, Frame outer, List<Strand> strands, int count, @Nullable UsedNames used) {
        this.machine = machine;
        this.outer = outer;
        this.strands = strands;
        this.count = count;
        this.used = used;
        long[] parts = new long[1 + PARTS * strands.size()];
        parts[0] = outer.context().number();
        for (int i = 0; i < strands.size(); i++) {
            strands.get(i).addTo(parts, 1 + PARTS * i);
            parts[PARTS * (i + 1)] = strands.get(i).rule().group(count, machine.cap());
        }
        this.context = machine.contexts().context(MaskKey.of(MaskKey.Kind.OBJECT, parts));
    }

    static Cursor open(Machine machine, Frame outer, List<Strand> strands) {
        return Place.of(machine, new Turn(new ObjectFrame(machine, outer, strands, 0, null), Kind.OPENED));
    }

    List<Strand> strands() {
        return strands;
    }

    int count() {
        return count;
    }

    @Nullable
    UsedNames used() {
        return used;
    }

    Context context() {
        return context;
    }

    /** What follows a name: a colon, and a value of one of these rules. */
    Cursor member(List<Member> members, @Nullable UsedNames names) {
        return new MemberFrame(this, members, names).colon();
    }

    /**
     * @param after the strand when the member is there
     */
    record Member(Strand after, ValueRule rule) {}

    private @Nullable Cursor close() {
        BitSet met = new BitSet();
        for (Strand strand : strands) {
            if (strand.rule().closes(strand.place(), count)) {
                met.set(strand.owner());
            }
        }
        return met.isEmpty() ? null : outer.after(met);
    }

    private boolean takesAny() {
        for (Strand strand : strands) {
            if (strand.rule().takesAny(strand.place(), count)) {
                return true;
            }
        }
        return false;
    }

    /** A value and the members that it may belong to. */
    private static final class MemberFrame implements Frame {

        private final ObjectFrame object;
        private final List<Member> members;
        private final @Nullable UsedNames names;
        private final Context context;

        MemberFrame(ObjectFrame object, List<Member> members, @Nullable UsedNames names) {
            this.object = object;
            this.members = members;
            this.names = names;
            long[] parts = new long[1 + PARTS * members.size()];
            parts[0] = object.context.number();
            for (int i = 0; i < members.size(); i++) {
                members.get(i).after().addTo(parts, 1 + PARTS * i);
                parts[PARTS * (i + 1)] = members.get(i).rule().number();
            }
            this.context = object.machine.contexts().context(MaskKey.of(MaskKey.Kind.MEMBER, parts));
        }

        /** The rules of the value, each with its place. */
        private Map<ValueRule, Integer> places() {
            Map<ValueRule, Integer> places = new LinkedHashMap<>();
            for (Member member : members) {
                places.putIfAbsent(member.rule(), places.size());
            }
            return places;
        }

        Cursor colon() {
            return Place.of(object.machine, new Place.Colon(object.machine, List.copyOf(places().keySet()), this));
        }

        @Override
        public Cursor after(BitSet met) {
            Map<ValueRule, Integer> places = places();
            List<Strand> left = new ArrayList<>(members.size());
            for (Member member : members) {
                if (met.get(Objects.requireNonNull(places.get(member.rule())))) {
                    left.add(member.after());
                }
            }
            ObjectFrame next = new ObjectFrame(object.machine, object.outer, left, object.count + 1, names);
            return Place.of(object.machine, new Turn(next, Kind.AFTER_MEMBER));
        }

        @Override
        public Context context() {
            return context;
        }
    }

    private enum Kind {
        OPENED(0),
        AFTER_COMMA(1),
        AFTER_MEMBER(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    private record Turn(ObjectFrame frame, Kind kind) implements Place.Turn {

        @Override
        public @Nullable Cursor step(int value, boolean spaced, boolean probe) {
            if (value == '}') {
                return kind == Kind.AFTER_COMMA ? null : frame.close();
            }
            if (kind == Kind.AFTER_MEMBER) {
                return value == ',' && !spaced && frame.takesAny()
                        ? Place.of(frame.machine, new Turn(frame, Kind.AFTER_COMMA))
                        : null;
            }
            return value == '"' ? NameCursor.open(frame, probe) : null;
        }

        @Override
        public int breadth() {
            return frame.strands.size();
        }

        @Override
        public boolean takesSpace() {
            return kind != Kind.AFTER_MEMBER || frame.close() != null;
        }

        @Override
        public long[] local() {
            return new long[] {Place.MEMBERS, kind.code};
        }

        @Override
        public Context context() {
            return frame.context;
        }
    }
}
