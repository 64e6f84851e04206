package io.insula.inference.grammar;

import java.util.Arrays;

/**
 * The tokens that may follow.
 *
 * <p><b>Thread:</b> any; immutable.
 */
public final class TokenMask {

    private final long[] words;
    private final int cardinality;

    TokenMask(long[] words) {
        this.words = words;
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        this.cardinality = count;
    }

    public boolean allows(int token) {
        return token >= 0 && token < words.length * Long.SIZE && (words[token >> 6] >>> token & 1) != 0;
    }

    /** How many tokens may follow; at least one. */
    public int cardinality() {
        return cardinality;
    }

    /** Bit {@code token % 64} of word {@code token / 64}, for as many words as the vocabulary fills. */
    public long word(int index) {
        return words[index];
    }

    public int words() {
        return words.length;
    }

    /** All words; nobody changes them. */
    public long[] toWords() {
        return words;
    }

    /** The least token that may follow from one on, {@code -1} when there is none. */
    public int next(int from) {
        int index = from >> 6;
        if (index >= words.length) {
            return -1;
        }
        long word = words[index] & -1L << from;
        while (word == 0) {
            if (++index == words.length) {
                return -1;
            }
            word = words[index];
        }
        return (index << 6) + Long.numberOfTrailingZeros(word);
    }

    long[] copy() {
        return words.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenMask that && Arrays.equals(words, that.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }
}
