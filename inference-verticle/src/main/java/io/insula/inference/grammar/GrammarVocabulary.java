package io.insula.inference.grammar;

import io.insula.protocol.TokenIds;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The tokens of a model as a tree of their bytes. Tokens without bytes, the control tokens, are not in it.
 *
 * <p>Nodes are numbered in depth-first order, so that a subtree is a range; node 0 is the root.
 *
 * <p><b>Thread:</b> any; immutable.
 */
public final class GrammarVocabulary {

    private static final String NEEDED = "\"{}[],:-.0123456789eE+\\/abcdefghijklmnopqrstuvwxyz ";
    private static final int BYTES = 256;

    private final byte[][] bytes;
    private final int vocabulary;
    private final int[] ends;
    private final byte[] labels;
    private final int[] subtreeEnds;
    private final short[] depths;
    private final int[] firstToken;
    private final int[] tokens;
    private final int[] rootChildren = new int[BYTES];
    private final int longest;

    private GrammarVocabulary(byte[][] bytes, int[] order, int vocabulary, int[] ends) {
        this.bytes = bytes;
        this.vocabulary = vocabulary;
        this.ends = ends;
        int nodes = 1;
        byte[] last = new byte[0];
        for (int token : order) {
            nodes += bytes[token].length - common(last, bytes[token]);
            last = bytes[token];
        }
        labels = new byte[nodes];
        subtreeEnds = new int[nodes];
        depths = new short[nodes];
        firstToken = new int[nodes + 1];
        tokens = order;
        longest = fill(bytes, order);
        for (int child = 1; child < nodes; child = subtreeEnds[child]) {
            rootChildren[labels[child] & 0xff] = child;
        }
    }

    private int fill(byte[][] bytes, int[] order) {
        int most = 0;
        for (int token : order) {
            most = Math.max(most, bytes[token].length);
        }
        int[] path = new int[most + 1];
        int size = 1;
        byte[] last = new byte[0];
        for (int place = 0; place < order.length; place++) {
            byte[] text = bytes[order[place]];
            int kept = common(last, text);
            for (int depth = last.length; depth > kept; depth--) {
                subtreeEnds[path[depth]] = size;
            }
            for (int depth = kept + 1; depth <= text.length; depth++) {
                labels[size] = text[depth - 1];
                depths[size] = (short) depth;
                firstToken[size] = place;
                path[depth] = size++;
            }
            last = text;
        }
        for (int depth = last.length; depth >= 0; depth--) {
            subtreeEnds[path[depth]] = size;
        }
        firstToken[size] = order.length;
        return most;
    }

    private static int common(byte[] first, byte[] second) {
        int mismatch = Arrays.mismatch(first, second);
        return mismatch < 0 ? first.length : mismatch;
    }

    /**
     * The tree of a model's tokens.
     *
     * @param bytes what a token adds to the text; empty for control tokens
     * @param vocabulary token ids are less than this
     * @param ends tokens at which generation ends
     * @throws IllegalArgumentException for a vocabulary without single bytes that JSON needs
     */
    public static GrammarVocabulary of(IntFunction<byte[]> bytes, int vocabulary, TokenIds ends) {
        byte[][] all = new byte[vocabulary][];
        for (int token = 0; token < vocabulary; token++) {
            all[token] = bytes.apply(token);
            if (all[token].length > Short.MAX_VALUE) {
                throw new IllegalArgumentException("token " + token + " has " + all[token].length + " bytes");
            }
        }
        int[] endTokens = new int[ends.size()];
        for (int i = 0; i < endTokens.length; i++) {
            endTokens[i] = ends.get(i);
            all[endTokens[i]] = new byte[0];
        }
        int[] order = IntStream.range(0, vocabulary)
                .filter(token -> all[token].length > 0)
                .boxed()
                .sorted(Comparator.<Integer, byte[]>comparing(token -> all[token], Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        GrammarVocabulary made = new GrammarVocabulary(all, order, vocabulary, endTokens);
        BitSet alphabet = made.alphabet();
        NEEDED.chars().filter(c -> !alphabet.get(c)).findFirst().ifPresent(c -> {
            throw new IllegalArgumentException("the vocabulary has no token for '" + (char) c + "' alone");
        });
        return made;
    }

    /** The bytes that are tokens by themselves: whatever is written byte by byte can be written. */
    BitSet alphabet() {
        BitSet alphabet = new BitSet(BYTES);
        for (int value = 0; value < BYTES; value++) {
            int child = rootChildren[value];
            if (child != 0 && firstToken(child) < lastToken(child)) {
                alphabet.set(value);
            }
        }
        return alphabet;
    }

    /** Token ids are less than this. */
    public int vocabulary() {
        return vocabulary;
    }

    /** What a token adds to the text, not to be changed; empty for control tokens and ends. */
    byte[] bytes(int token) {
        return bytes[token];
    }

    int words() {
        return (vocabulary + Long.SIZE - 1) / Long.SIZE;
    }

    int[] ends() {
        return ends;
    }

    boolean isEnd(int token) {
        return Arrays.stream(ends).anyMatch(end -> end == token);
    }

    /** Bytes of the longest token. */
    int longest() {
        return longest;
    }

    int nodes() {
        return labels.length;
    }

    int label(int node) {
        return labels[node] & 0xff;
    }

    /** The node after the last one of a subtree. */
    int end(int node) {
        return subtreeEnds[node];
    }

    int depth(int node) {
        return depths[node];
    }

    /** The child of a node at a byte, 0 when there is none. */
    int child(int node, int value) {
        if (node == 0) {
            return rootChildren[value];
        }
        for (int child = node + 1; child < subtreeEnds[node]; child = subtreeEnds[child]) {
            if (label(child) == value) {
                return child;
            }
        }
        return 0;
    }

    /** First of the places in {@link #token} whose tokens end at a node. */
    int firstToken(int node) {
        return firstToken[node];
    }

    /** The place after the last token that ends at a node. Tokens below it follow. */
    int lastToken(int node) {
        return node == 0 ? 0 : firstToken[node + 1];
    }

    int token(int place) {
        return tokens[place];
    }
}
