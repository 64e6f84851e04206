package io.insula.inference.decode;

import java.util.Arrays;

/**
 * How often each token was there: a growing multiset of token ids that is walked entry by entry.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class TokenCounts {

    private static final int FIRST_ENTRIES = 16;
    private static final int SCRAMBLE = 0x9E3779B9;

    private int[] tokens = new int[FIRST_ENTRIES];
    private int[] counts = new int[FIRST_ENTRIES];
    /** Open addressing: one more than an entry's index, 0 where there is none. Half of it is empty at least. */
    private int[] table = new int[2 * FIRST_ENTRIES];

    private int entries;

    void add(int token) {
        int place = place(token);
        if (table[place] == 0) {
            if (entries == tokens.length) {
                grow();
                place = place(token);
            }
            tokens[entries] = token;
            table[place] = ++entries;
        }
        counts[table[place] - 1]++;
    }

    boolean contains(int token) {
        return table[place(token)] != 0;
    }

    /** Distinct tokens. */
    int entries() {
        return entries;
    }

    /** The token of an entry; in the order in which they first came. */
    int token(int entry) {
        return tokens[entry];
    }

    int count(int entry) {
        return counts[entry];
    }

    private int place(int token) {
        int mask = table.length - 1;
        int place = ((token * SCRAMBLE) >>> 8) & mask;
        while (table[place] != 0 && tokens[table[place] - 1] != token) {
            place = (place + 1) & mask;
        }
        return place;
    }

    private void grow() {
        tokens = Arrays.copyOf(tokens, 2 * tokens.length);
        counts = Arrays.copyOf(counts, 2 * counts.length);
        table = new int[2 * table.length];
        for (int entry = 0; entry < entries; entry++) {
            table[place(tokens[entry])] = entry + 1;
        }
    }
}
