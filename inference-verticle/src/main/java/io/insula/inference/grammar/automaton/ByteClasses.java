package io.insula.inference.grammar.automaton;

import java.util.BitSet;
import java.util.List;

/** Bytes that no transition tells apart, numbered in the order of their least byte. */
final class ByteClasses {

    private static final int BYTES = 256;

    private final byte[] classes;
    private final int width;

    private ByteClasses(byte[] classes, int width) {
        this.classes = classes;
        this.width = width;
    }

    byte[] classes() {
        return classes;
    }

    int width() {
        return width;
    }

    /**
     * Classes of consecutive bytes.
     *
     * @param starts the bytes at which another range of bytes begins
     */
    static ByteClasses of(BitSet starts) {
        byte[] classes = new byte[BYTES];
        int width = 0;
        for (int value = 0; value < BYTES; value++) {
            if (value > 0 && starts.get(value)) {
                width++;
            }
            classes[value] = (byte) width;
        }
        return new ByteClasses(classes, width + 1);
    }

    /** The coarsest classes that refine those of all the automata. */
    static ByteClasses common(List<ByteDfa> automata) {
        BitSet starts = new BitSet();
        for (ByteDfa dfa : automata) {
            for (int value = 1; value < BYTES; value++) {
                if (dfa.classOf(value) != dfa.classOf(value - 1)) {
                    starts.set(value);
                }
            }
        }
        return of(starts);
    }

    int classOf(int value) {
        return classes[value] & 0xff;
    }

    /** The least byte of each class. */
    int[] samples() {
        int[] samples = new int[width];
        for (int value = BYTES - 1; value >= 0; value--) {
            samples[classOf(value)] = value;
        }
        return samples;
    }
}
