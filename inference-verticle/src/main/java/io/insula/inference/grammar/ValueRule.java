package io.insula.inference.grammar;

import io.insula.inference.grammar.schema.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shape on its way through the machine: the lexemes of its scalars, the rules of its arrays and objects. */
final class ValueRule {

    private final long number = MaskKey.number();

    @Nullable
    Lexeme literals;

    @Nullable
    Lexeme numbers;

    @Nullable
    Lexeme strings;

    List<ArrayRule> arrays = List.of();
    List<ObjectRule> objects = List.of();

    /** The numbers of some rules, after another. */
    static long[] numbers(List<ValueRule> rules, long first) {
        long[] numbers = new long[rules.size() + 1];
        numbers[0] = first;
        for (int i = 0; i < rules.size(); i++) {
            numbers[i + 1] = rules.get(i).number;
        }
        return numbers;
    }

    long number() {
        return number;
    }

    /** The rule of an array; two are equal when they are the same. */
    static final class ArrayRule {

        private final long number = MaskKey.number();
        private final Shape.Items items;
        private final List<ValueRule> rules;

        ArrayRule(Shape.Items items, List<ValueRule> rules) {
            this.items = items;
            this.rules = rules;
        }

        boolean closes(int index) {
            return index >= items.min();
        }

        /** Whether an item may follow that many. */
        boolean continues(int index) {
            return index < items.max();
        }

        ValueRule child(int index) {
            return rules.get(items.child(index));
        }

        /** Numbers of items that no token can tell apart are one. */
        long[] group(int index, int cap) {
            int prefix = items.prefix().size();
            int place = Math.min(index, prefix);
            int needed = Math.min(Math.max(items.min() - index, 0), cap);
            int left = Math.min(items.max() - index, cap);
            return new long[] {number, place, needed, left};
        }
    }
}
