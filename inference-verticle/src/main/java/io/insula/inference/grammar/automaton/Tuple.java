package io.insula.inference.grammar.automaton;

import java.util.Arrays;

/** Numbers that are equal by content. */
final class Tuple {

    private final int[] values;

    Tuple(int[] values) {
        this.values = values;
    }

    int[] values() {
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tuple that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
