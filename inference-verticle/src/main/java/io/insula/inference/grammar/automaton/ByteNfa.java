package io.insula.inference.grammar.automaton;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A nondeterministic automaton over byte ranges, built from a regular expression.
 *
 * <p><b>Source:</b> Thompson, "Regular expression search algorithm", CACM 1968; UTF-8 ranges after Cox, "Regular
 * expression matching in the wild", 2010.
 */
final class ByteNfa {

    /** Kinds of states: two ways on, or one after a byte, or one at the beginning or end of the text. */
    static final byte SPLIT = 0;

    static final byte BYTE = 1;
    static final byte START = 2;
    static final byte END = 3;

    private static final int NOWHERE = -1;
    private static final int FIRST_STATES = 64;

    private final Workbench work;
    private final Spelling spelling;
    private final int maxStates;
    private byte[] kinds = new byte[FIRST_STATES];
    private int[] first = new int[FIRST_STATES];
    private int[] second = new int[FIRST_STATES];
    private short[] low = new short[FIRST_STATES];
    private short[] high = new short[FIRST_STATES];
    private int size;

    ByteNfa(Spelling spelling, int maxStates, Workbench work) {
        this.spelling = spelling;
        this.maxStates = maxStates;
        this.work = work;
    }

    /** Adds an expression in front of a state; returns where it begins. */
    int add(Regex regex, int then) {
        return switch (regex) {
            case Regex.Chars chars -> chars(chars.set(), then);
            case Regex.Sequence sequence -> {
                int at = then;
                for (int i = sequence.parts().size() - 1; i >= 0; i--) {
                    at = add(sequence.parts().get(i), at);
                }
                yield at;
            }
            case Regex.Choice choice -> {
                int at = add(choice.parts().getLast(), then);
                for (int i = choice.parts().size() - 2; i >= 0; i--) {
                    at = state(SPLIT, add(choice.parts().get(i), then), at);
                }
                yield at;
            }
            case Regex.Repeat repeat -> repeat(repeat, then);
            case Regex.Start ignored -> state(START, then, NOWHERE);
            case Regex.End ignored -> state(END, then, NOWHERE);
        };
    }

    private int repeat(Regex.Repeat repeat, int then) {
        int at = then;
        if (repeat.max() == Regex.UNBOUNDED) {
            at = state(SPLIT, NOWHERE, then);
            int part = add(repeat.part(), at);
            first[at] = part;
        } else {
            for (int i = repeat.min(); i < repeat.max(); i++) {
                at = state(SPLIT, add(repeat.part(), at), then);
            }
        }
        for (int i = 0; i < repeat.min(); i++) {
            at = add(repeat.part(), at);
        }
        return at;
    }

    /** Shares the ends of the byte sequences of a set. */
    private int chars(CodePoints set, int then) {
        List<int[]> sequences = spelling.sequences(set);
        java.util.Map<List<Integer>, Integer> shared = new java.util.HashMap<>();
        int at = NOWHERE;
        for (int[] sequence : sequences) {
            int tail = then;
            for (int i = sequence.length - 2; i >= 0; i -= 2) {
                int from = sequence[i];
                int to = sequence[i + 1];
                int target = tail;
                tail = shared.computeIfAbsent(List.of(from, to, target), key -> bytes(from, to, target));
            }
            at = at == NOWHERE ? tail : state(SPLIT, tail, at);
        }
        return at == NOWHERE ? state(SPLIT, NOWHERE, NOWHERE) : at;
    }

    private int bytes(int from, int to, int then) {
        int at = state(BYTE, then, NOWHERE);
        low[at] = (short) from;
        high[at] = (short) to;
        return at;
    }

    /** The end of the expression. */
    int accept() {
        return state(SPLIT, NOWHERE, NOWHERE);
    }

    private int state(byte kind, int one, int other) {
        if (size == maxStates) {
            throw new AutomatonException("is longer than " + maxStates + " steps when its repetitions are written out");
        }
        work.spend(1);
        if (size == kinds.length) {
            kinds = Arrays.copyOf(kinds, 2 * size);
            first = Arrays.copyOf(first, 2 * size);
            second = Arrays.copyOf(second, 2 * size);
            low = Arrays.copyOf(low, 2 * size);
            high = Arrays.copyOf(high, 2 * size);
        }
        kinds[size] = kind;
        first[size] = one;
        second[size] = other;
        return size++;
    }

    int size() {
        return size;
    }

    byte kind(int state) {
        return kinds[state];
    }

    /** Where a state leads, {@code -1} for nowhere. */
    int first(int state) {
        return first[state];
    }

    int second(int state) {
        return second[state];
    }

    int low(int state) {
        return low[state];
    }

    int high(int state) {
        return high[state];
    }

    ByteClasses classes() {
        BitSet starts = new BitSet();
        for (int state = 0; state < size; state++) {
            if (kinds[state] == BYTE) {
                starts.set(low[state]);
                starts.set(high[state] + 1);
            }
        }
        return ByteClasses.of(starts);
    }
}
