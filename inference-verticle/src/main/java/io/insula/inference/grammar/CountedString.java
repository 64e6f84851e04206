package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;

/**
 * The rest of a JSON string, after its first quote, of so many code points. The count is not part of the automaton, so that
 * long bounds cost nothing, and counts that no token can feel are one group.
 */
final class CountedString implements Lexeme {

    private static final int STATE_BITS = 16;
    /** A token has no more bytes than fit into a short. */
    private static final int COUNT_BITS = 17;

    private static final long STATE_MASK = (1L << STATE_BITS) - 1;

    private final FreeString free;
    private final int min;
    private final int max;
    private final int longest;

    CountedString(FreeString free, int min, int max, int longest) {
        this.free = free;
        this.min = min;
        this.max = max;
        this.longest = longest;
    }

    @Override
    public long start() {
        return 0;
    }

    @Override
    public long next(long state, int value) {
        long inner = state & STATE_MASK;
        long count = state >> STATE_BITS;
        boolean between = inner == FreeString.BETWEEN;
        if (between && (value == '"' ? count < min : count >= max)) {
            return ByteDfa.NONE;
        }
        long next = free.next(inner, value);
        if (next == ByteDfa.NONE) {
            return next;
        }
        return (next == FreeString.BETWEEN ? count + 1 : count) << STATE_BITS | next;
    }

    @Override
    public int tag(long state) {
        return free.tag(state & STATE_MASK);
    }

    @Override
    public boolean isFinal(long state) {
        return free.isFinal(state & STATE_MASK);
    }

    @Override
    public long group(long state) {
        long count = state >> STATE_BITS;
        int cap = longest + 1;
        int needed = (int) Math.min(Math.max(min - count, 0), cap);
        int left = (int) Math.min(max - count, cap);
        return needed == 0 && left == cap
                ? free.group(state & STATE_MASK)
                : Long.MIN_VALUE | ((state & STATE_MASK) << (2 * COUNT_BITS)) | ((long) needed << COUNT_BITS) | left;
    }
}
