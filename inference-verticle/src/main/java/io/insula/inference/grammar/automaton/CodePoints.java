package io.insula.inference.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A set of Unicode scalar values: surrogates are never in it.
 *
 * <p><b>Thread:</b> any; immutable.
 */
public final class CodePoints {

    private static final int LAST = 0x10FFFF;
    private static final int FIRST_SURROGATE = 0xD800;
    private static final int LAST_SURROGATE = 0xDFFF;

    static final CodePoints NONE = new CodePoints(new int[0]);
    public static final CodePoints ALL = of(0, LAST);

    /** First and last of each range, in order, neither touching nor overlapping. */
    private final int[] bounds;

    private CodePoints(int[] bounds) {
        this.bounds = bounds;
    }

    static CodePoints of(int first, int last) {
        return union(List.of(new CodePoints(new int[] {first, last})));
    }

    static CodePoints of(String characters) {
        return union(characters.codePoints().mapToObj(c -> of(c, c)).toList());
    }

    /** All code points for which a predicate holds. */
    static CodePoints matching(IntPredicate predicate) {
        List<CodePoints> ranges = new ArrayList<>();
        int first = -1;
        for (int c = 0; c <= LAST + 1; c++) {
            boolean in = c <= LAST && predicate.test(c);
            if (in && first < 0) {
                first = c;
            } else if (!in && first >= 0) {
                ranges.add(new CodePoints(new int[] {first, c - 1}));
                first = -1;
            }
        }
        return union(ranges);
    }

    static CodePoints union(List<CodePoints> sets) {
        List<int[]> ranges = new ArrayList<>();
        for (CodePoints set : sets) {
            for (int i = 0; i < set.bounds.length; i += 2) {
                cut(set.bounds[i], set.bounds[i + 1], ranges);
            }
        }
        ranges.sort((a, b) -> Integer.compare(a[0], b[0]));
        int[] bounds = new int[2 * ranges.size()];
        int size = 0;
        for (int[] range : ranges) {
            if (size > 0 && range[0] <= bounds[size - 1] + 1) {
                bounds[size - 1] = Math.max(bounds[size - 1], range[1]);
            } else {
                bounds[size++] = range[0];
                bounds[size++] = range[1];
            }
        }
        return new CodePoints(Arrays.copyOf(bounds, size));
    }

    private static void cut(int first, int last, List<int[]> ranges) {
        if (first < FIRST_SURROGATE && last >= FIRST_SURROGATE) {
            ranges.add(new int[] {first, FIRST_SURROGATE - 1});
        }
        if (last > LAST_SURROGATE && first <= LAST_SURROGATE) {
            ranges.add(new int[] {LAST_SURROGATE + 1, last});
        }
        if (last < FIRST_SURROGATE || first > LAST_SURROGATE) {
            ranges.add(new int[] {first, last});
        }
    }

    CodePoints or(CodePoints other) {
        return union(List.of(this, other));
    }

    /** The scalar values that are not in it. */
    CodePoints negated() {
        List<CodePoints> ranges = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            if (bounds[i] > from) {
                ranges.add(new CodePoints(new int[] {from, bounds[i] - 1}));
            }
            from = bounds[i + 1] + 1;
        }
        if (from <= LAST) {
            ranges.add(new CodePoints(new int[] {from, LAST}));
        }
        return union(ranges);
    }

    CodePoints minus(CodePoints other) {
        return negated().or(other).negated();
    }

    boolean contains(int codePoint) {
        for (int i = 0; i < bounds.length; i += 2) {
            if (codePoint <= bounds[i + 1]) {
                return codePoint >= bounds[i];
            }
        }
        return false;
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    int ranges() {
        return bounds.length / 2;
    }

    int first(int range) {
        return bounds[2 * range];
    }

    int last(int range) {
        return bounds[2 * range + 1];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePoints that && Arrays.equals(bounds, that.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }
}
