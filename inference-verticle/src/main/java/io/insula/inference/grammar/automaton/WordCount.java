package io.insula.inference.grammar.automaton;

import java.util.ArrayDeque;
import java.util.Deque;

/** Counts the texts from each state to acceptance: a walk in depth that finds cycles, without recursion. */
final class WordCount {

    private static final byte NEW = 0;
    private static final byte OPEN = 1;
    private static final byte DONE = 2;

    private final ByteDfa dfa;
    private final long[] counts;
    private final byte[] marks;

    WordCount(ByteDfa dfa) {
        this.dfa = dfa;
        this.counts = new long[dfa.states()];
        this.marks = new byte[dfa.states()];
    }

    long[] counts() {
        Deque<Integer> stack = new ArrayDeque<>();
        for (int root = 0; root < dfa.states(); root++) {
            stack.push(root);
            while (!stack.isEmpty()) {
                int state = stack.peek();
                if (marks[state] == NEW) {
                    marks[state] = OPEN;
                    open(state, stack);
                } else {
                    stack.pop();
                    if (marks[state] == OPEN) {
                        counts[state] = count(state);
                        marks[state] = DONE;
                    }
                }
            }
        }
        return counts;
    }

    private void open(int state, Deque<Integer> stack) {
        for (int c = 0; c < dfa.width(); c++) {
            int target = dfa.nextOfClass(state, c);
            if (target != ByteDfa.NONE && marks[target] == NEW) {
                stack.push(target);
            }
        }
    }

    private long count(int state) {
        long count = dfa.tag(state) == ByteDfa.NONE ? 0 : 1;
        for (int value = 0; value < 256; value++) {
            int target = dfa.next(state, value);
            if (target == ByteDfa.NONE) {
                continue;
            }
            if (marks[target] == OPEN || counts[target] == Long.MAX_VALUE) {
                return Long.MAX_VALUE;
            }
            count = Math.min(count + counts[target], Long.MAX_VALUE - 1);
            if (count < 0) {
                count = Long.MAX_VALUE - 1;
            }
        }
        return count;
    }
}
