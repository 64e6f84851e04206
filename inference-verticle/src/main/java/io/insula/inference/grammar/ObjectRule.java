package io.insula.inference.grammar;

import io.insula.inference.grammar.schema.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rule of an object: which of its properties may come after which, and whether it may end. Properties come in their
 * order, those that are not required may be left out, further members come last.
 *
 * <p>A place is the number of properties that cannot come any more because they or later ones were there.
 */
final class ObjectRule {

    private final long number = MaskKey.number();
    private final Shape.Members members;
    private final List<ValueRule> rules;
    private final @Nullable Lexeme furtherNames;
    private final NameList names;
    private final NameList reserved;
    /** Required properties from a place on. */
    private final int[] requiredFrom;
    /** The first required property from a place on, the number of all where there is none. */
    private final int[] firstRequired;

    /**
     * @param furtherNames the lexeme of further names with the closing quote; its tags are places in the shape's list
     */
    ObjectRule(Shape.Members members, List<ValueRule> rules, @Nullable Lexeme furtherNames) {
        this.members = members;
        this.rules = rules;
        this.furtherNames = furtherNames;
        List<Shape.Property> properties = members.properties();
        int size = properties.size();
        this.names = NameList.of(
                properties.stream().map(property -> property.spelled().bytes()).toList());
        this.reserved = NameList.of(
                members.names() == null
                        ? List.of()
                        : members.names().reserved().stream()
                                .map(Shape.Spelled::bytes)
                                .toList());
        this.requiredFrom = new int[size + 1];
        this.firstRequired = new int[size + 1];
        firstRequired[size] = size;
        for (int i = size - 1; i >= 0; i--) {
            boolean required = properties.get(i).required();
            requiredFrom[i] = requiredFrom[i + 1] + (required ? 1 : 0);
            firstRequired[i] = required ? i : firstRequired[i + 1];
        }
    }

    /** Names in byte order, with the property of each. */
    static final class NameList {

        private final byte[][] sorted;
        private final int[] properties;

        private NameList(byte[][] sorted, int[] properties) {
            this.sorted = sorted;
            this.properties = properties;
        }

        static NameList of(List<byte[]> names) {
            int[] order = IntStream.range(0, names.size())
                    .boxed()
                    .sorted(Comparator.<Integer, byte[]>comparing(names::get, Arrays::compareUnsigned))
                    .mapToInt(Integer::intValue)
                    .toArray();
            return new NameList(Arrays.stream(order).mapToObj(names::get).toArray(byte[][]::new), order);
        }

        byte[][] sorted() {
            return sorted;
        }

        int[] properties() {
            return properties;
        }
    }

    long number() {
        return number;
    }

    NameList names() {
        return names;
    }

    NameList reserved() {
        return reserved;
    }

    @Nullable
    Lexeme furtherNames() {
        return furtherNames;
    }

    int size() {
        return members.properties().size();
    }

    /**
     * @param place properties that are behind
     * @param count members so far
     */
    boolean closes(int place, int count) {
        return requiredFrom[place] == 0 && count >= members.min();
    }

    /** Whether a property may be the next member. */
    boolean takes(int property, int place, int count) {
        return property >= place
                && property <= firstRequired[place]
                && count + 1 + requiredFrom[property + 1] <= members.max()
                && (members.names() != null || count + size() - property >= members.min());
    }

    /** Whether a further member may be next. */
    boolean takesFurther(int place, int count) {
        return members.names() != null && requiredFrom[place] == 0 && count < members.max();
    }

    boolean takesAny(int place, int count) {
        if (takesFurther(place, count)) {
            return true;
        }
        for (int property = place; property < size() && property <= firstRequired[place]; property++) {
            if (takes(property, place, count)) {
                return true;
            }
        }
        return false;
    }

    ValueRule child(int property) {
        return rules.get(members.properties().get(property).child());
    }

    ValueRule furtherChild(int tag) {
        return rules.get(
                java.util.Objects.requireNonNull(members.names()).children().get(tag));
    }

    /** Counts of members that no token can tell apart are one. */
    long group(int count, int cap) {
        long needed = Math.min(Math.max(members.min() - count, 0), cap + size());
        long left = Math.min((long) members.max() - count, (long) cap + size());
        return needed << 32 | left;
    }
}
