package io.insula.inference.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a nondeterministic automaton deterministic.
 *
 * <p><b>Source:</b> Rabin and Scott, "Finite automata and their decision problems", 1959.
 */
final class SubsetConstruction {

    private final ByteNfa nfa;
    private final int accept;
    private final Workbench work;
    private final ByteClasses classes;
    private final DfaBuilder builder;
    private final Map<Tuple, Integer> ids = new HashMap<>();
    /** The same by the states that bytes lead to, before those that need no byte are added. */
    private final Map<Tuple, Integer> idsByTargets = new HashMap<>();

    private final List<Tuple> queue = new ArrayList<>();
    private final int[] seen;
    private int round;
    private int[] stack = new int[64];

    SubsetConstruction(ByteNfa nfa, int accept, Workbench work) {
        this.nfa = nfa;
        this.accept = accept;
        this.work = work;
        this.classes = nfa.classes();
        this.builder = new DfaBuilder(classes.classes(), classes.width(), work);
        this.seen = new int[nfa.size()];
    }

    ByteDfa build(int start) {
        id(new int[] {start}, 1, true);
        for (int done = 0; done < queue.size(); done++) {
            expand(done, queue.get(done).values());
        }
        return builder.build();
    }

    private void expand(int from, int[] states) {
        int width = classes.width();
        int[] sizes = new int[width];
        int[][] targets = new int[width][];
        for (int state : states) {
            if (nfa.kind(state) != ByteNfa.BYTE) {
                continue;
            }
            int last = classes.classOf(nfa.high(state));
            for (int c = classes.classOf(nfa.low(state)); c <= last; c++) {
                if (targets[c] == null) {
                    targets[c] = new int[4];
                } else if (sizes[c] == targets[c].length) {
                    targets[c] = Arrays.copyOf(targets[c], 2 * sizes[c]);
                }
                targets[c][sizes[c]++] = nfa.first(state);
                work.spend(1);
            }
        }
        for (int c = 0; c < width; c++) {
            if (sizes[c] > 0) {
                builder.connect(from, c, id(targets[c], sizes[c], false));
            }
        }
    }

    private int id(int[] states, int size, boolean atStart) {
        int[] exact = Arrays.copyOf(states, size);
        Arrays.sort(exact);
        Tuple targets = new Tuple(exact);
        Integer known = atStart ? null : idsByTargets.get(targets);
        if (known != null) {
            return known;
        }
        int id = closedId(exact, atStart);
        if (!atStart) {
            idsByTargets.put(targets, id);
        }
        return id;
    }

    private int closedId(int[] states, boolean atStart) {
        int size = states.length;
        round++;
        int[] closed = closure(states, size, atStart, false);
        round++;
        boolean accepts = contains(closure(states, size, atStart, true));
        Tuple subset = new Tuple(closed);
        Integer id = ids.get(subset);
        if (id == null) {
            id = builder.add(accepts ? 0 : ByteDfa.NONE);
            ids.put(subset, id);
            queue.add(subset);
        }
        return id;
    }

    private boolean contains(int[] states) {
        return Arrays.binarySearch(states, accept) >= 0;
    }

    /** All states that are reached without a byte; those that wait for a byte or the end remain. */
    private int[] closure(int[] states, int size, boolean atStart, boolean atEnd) {
        int height = 0;
        int found = 0;
        int[] closed = new int[16];
        for (int i = 0; i < size; i++) {
            height = push(states[i], height);
        }
        while (height > 0) {
            int state = stack[--height];
            work.spend(1);
            byte kind = nfa.kind(state);
            if (kind == ByteNfa.BYTE || kind == ByteNfa.END || state == accept) {
                if (found == closed.length) {
                    closed = Arrays.copyOf(closed, 2 * found);
                }
                closed[found++] = state;
            }
            if (kind == ByteNfa.SPLIT || (kind == ByteNfa.START && atStart) || (kind == ByteNfa.END && atEnd)) {
                height = push(nfa.second(state), height);
                height = push(nfa.first(state), height);
            }
        }
        closed = Arrays.copyOf(closed, found);
        Arrays.sort(closed);
        return closed;
    }

    private int push(int state, int height) {
        if (state < 0 || seen[state] == round) {
            return height;
        }
        seen[state] = round;
        if (height == stack.length) {
            stack = Arrays.copyOf(stack, 2 * height);
        }
        stack[height] = state;
        return height + 1;
    }
}
