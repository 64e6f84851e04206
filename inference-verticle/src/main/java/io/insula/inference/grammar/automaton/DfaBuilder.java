package io.insula.inference.grammar.automaton;

import java.util.Arrays;
import java.util.BitSet;

/** Collects the states of an automaton, drops what leads nowhere and bytes that cannot be written. */
final class DfaBuilder {

    private static final int BYTES = 256;
    private static final int FIRST_STATES = 16;

    private final byte[] classes;
    private final int width;
    private final Workbench work;
    private int[] next;
    private int[] tags = new int[FIRST_STATES];
    private int states;

    /**
     * @param classes the class of each byte; bytes that cannot be written are moved to a class of their own
     */
    DfaBuilder(byte[] classes, int width, Workbench work) {
        this.classes = classes.clone();
        this.work = work;
        boolean unwritten = false;
        for (int value = 0; value < BYTES; value++) {
            if (!work.writes(value)) {
                this.classes[value] = (byte) width;
                unwritten = true;
            }
        }
        if (unwritten && width == BYTES) {
            throw new IllegalStateException("256 classes, of which some cannot be written");
        }
        this.width = unwritten ? width + 1 : width;
        this.next = new int[FIRST_STATES * this.width];
    }

    /** Adds a state without transitions. */
    int add(int tag) {
        if (states == tags.length) {
            tags = Arrays.copyOf(tags, 2 * states);
            next = Arrays.copyOf(next, 2 * states * width);
        }
        work.checkStates(states + 1);
        work.spend(width);
        Arrays.fill(next, states * width, (states + 1) * width, ByteDfa.NONE);
        tags[states] = tag;
        return states++;
    }

    void connect(int from, int byteClass, int to) {
        next[from * width + byteClass] = to;
    }

    /** The automaton that starts at the first state. */
    ByteDfa build() {
        boolean[] written = new boolean[width];
        for (int value = 0; value < BYTES; value++) {
            written[classes[value] & 0xff] |= work.writes(value);
        }
        int[] kept = Arrays.copyOf(next, states * width);
        for (int i = 0; i < kept.length; i++) {
            if (!written[i % width]) {
                kept[i] = ByteDfa.NONE;
            }
        }
        return trimmed(classes, width, kept, Arrays.copyOf(tags, states), work);
    }

    /** Keeps the states between the start and acceptance. */
    static ByteDfa trimmed(byte[] classes, int width, int[] next, int[] tags, Workbench work) {
        int states = tags.length;
        work.spend((long) states * width);
        BitSet productive = productive(next, tags, width);
        if (states == 0 || !productive.get(0)) {
            return new ByteDfa(classes, width, new int[0], new int[0]);
        }
        int[] order = new int[states];
        int[] place = new int[states];
        Arrays.fill(place, ByteDfa.NONE);
        place[0] = 0;
        int found = 1;
        for (int i = 0; i < found; i++) {
            for (int c = 0; c < width; c++) {
                int target = next[order[i] * width + c];
                if (target != ByteDfa.NONE && productive.get(target) && place[target] == ByteDfa.NONE) {
                    place[target] = found;
                    order[found++] = target;
                }
            }
        }
        int[] keptNext = new int[found * width];
        int[] keptTags = new int[found];
        for (int i = 0; i < found; i++) {
            keptTags[i] = tags[order[i]];
            for (int c = 0; c < width; c++) {
                int target = next[order[i] * width + c];
                keptNext[i * width + c] = target == ByteDfa.NONE ? ByteDfa.NONE : place[target];
            }
        }
        return new ByteDfa(classes, width, keptNext, keptTags);
    }

    private static BitSet productive(int[] next, int[] tags, int width) {
        int states = tags.length;
        int[] incoming = new int[states + 1];
        for (int target : next) {
            if (target != ByteDfa.NONE) {
                incoming[target + 1]++;
            }
        }
        for (int state = 0; state < states; state++) {
            incoming[state + 1] += incoming[state];
        }
        int[] sources = new int[incoming[states]];
        int[] fill = Arrays.copyOf(incoming, states);
        for (int i = 0; i < next.length; i++) {
            if (next[i] != ByteDfa.NONE) {
                sources[fill[next[i]]++] = i / width;
            }
        }
        BitSet productive = new BitSet(states);
        int[] queue = new int[states];
        int size = 0;
        for (int state = 0; state < states; state++) {
            if (tags[state] != ByteDfa.NONE) {
                productive.set(state);
                queue[size++] = state;
            }
        }
        while (size > 0) {
            int state = queue[--size];
            for (int i = incoming[state]; i < incoming[state + 1]; i++) {
                if (!productive.get(sources[i])) {
                    productive.set(sources[i]);
                    queue[size++] = sources[i];
                }
            }
        }
        return productive;
    }
}
