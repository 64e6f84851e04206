package io.insula.inference.grammar;

import java.util.Arrays;
import java.util.List;

/**
 * Names of a sorted list that begin with what was read.
 *
 * @param from first of them
 * @param to after the last of them
 */
record NameWindow(ObjectRule.NameList names, int from, int to) {

    static NameWindow all(ObjectRule.NameList names) {
        return new NameWindow(names, 0, names.sorted().length);
    }

    /** Writes its two numbers into a key; the rule says of which names. */
    void addTo(long[] parts, int at) {
        parts[at] = from;
        parts[at + 1] = to;
    }

    boolean isEmpty() {
        return from == to;
    }

    /** Those whose next byte is this. */
    NameWindow next(int depth, int value) {
        int low = bound(depth, value);
        int high = bound(depth, value + 1);
        return low == from && high == to ? this : new NameWindow(names, low, high);
    }

    /** The first name whose byte is not less. */
    private int bound(int depth, int value) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            byte[] name = names.sorted()[middle];
            if (name.length <= depth || (name[depth] & 0xff) < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The property of the name that is read whole, {@code -1} where there is none. */
    int whole(int depth) {
        return !isEmpty() && names.sorted()[from].length == depth ? names.properties()[from] : -1;
    }

    /** Whether one of them is a property that may come. */
    boolean takes(ObjectFrame.Strand strand, int count) {
        for (int i = from; i < to; i++) {
            if (strand.rule().takes(names.properties()[i], strand.place(), count)) {
                return true;
            }
        }
        return false;
    }

    List<byte[]> list() {
        return Arrays.asList(names.sorted()).subList(from, to);
    }
}
