package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.ByteDfa;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a value may be: one of several scalars, strings, arrays or objects. Children are numbers of shapes.
 *
 * @param literals {@code null}, {@code true} and {@code false}, as far as they may be; null for none
 * @param numbers null for none
 * @param strings null for none
 * @param arrays any of them may be met
 * @param objects any of them may be met
 */
public record Shape(
        @Nullable ByteDfa literals,
        @Nullable ByteDfa numbers,
        @Nullable StringLanguage strings,
        List<Items> arrays,
        List<Members> objects) {

    static final int UNBOUNDED = SchemaNode.UNBOUNDED;

    /**
     * An array.
     *
     * @param prefix shapes of the first items
     * @param rest shape of all others
     * @param min fewest items
     * @param max most items
     */
    public record Items(List<Integer> prefix, int rest, int min, int max) {

        public Items {
            prefix = List.copyOf(prefix);
        }

        public int child(int index) {
            return index < prefix.size() ? prefix.get(index) : rest;
        }
    }

    /**
     * A member with a name of its own.
     *
     * @param spelled the name as {@code Spelling.JSON} writes it
     */
    public record Property(Spelled spelled, int child, boolean required) {}

    /** Bytes that are equal by content. */
    public static final class Spelled {

        private final byte[] bytes;

        Spelled(byte[] bytes) {
            this.bytes = bytes;
        }

        /** Not to be changed. */
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Spelled that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /**
     * The names of further members.
     *
     * @param language null where any name may be; its tags are places in {@code children}
     * @param reserved names that further members do not have; empty where the language leaves them out
     */
    public record Names(@Nullable ByteDfa language, List<Integer> children, List<Spelled> reserved) {

        public Names {
            children = List.copyOf(children);
            reserved = List.copyOf(reserved);
        }
    }

    /**
     * An object. Its properties come in this order, then further members.
     *
     * @param properties with different names
     * @param names null where there are no further members
     * @param min fewest members
     * @param max most members
     */
    public record Members(
            List<Property> properties, @Nullable Names names, int min, int max) {

        public Members {
            properties = List.copyOf(properties);
        }
    }

    /** The same with other numbers of children. */
    Shape mapped(IntUnaryOperator number) {
        List<Items> mappedArrays = new ArrayList<>();
        for (Items items : arrays) {
            mappedArrays.add(new Items(
                    items.prefix().stream().map(number::applyAsInt).toList(),
                    number.applyAsInt(items.rest()),
                    items.min(),
                    items.max()));
        }
        List<Members> mappedObjects = new ArrayList<>();
        for (Members members : objects) {
            Names names = members.names();
            mappedObjects.add(new Members(
                    members.properties().stream()
                            .map(p -> new Property(p.spelled(), number.applyAsInt(p.child()), p.required()))
                            .toList(),
                    names == null
                            ? null
                            : new Names(
                                    names.language(),
                                    names.children().stream()
                                            .map(number::applyAsInt)
                                            .toList(),
                                    names.reserved()),
                    members.min(),
                    members.max()));
        }
        return new Shape(literals, numbers, strings, mappedArrays, mappedObjects);
    }

    boolean isEmpty() {
        return literals == null && numbers == null && strings == null && arrays.isEmpty() && objects.isEmpty();
    }
}
