package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;
import java.util.Arrays;

/**
 * How far tokens come from a state of a lexeme: those that stay inside or end with it, and the nodes of the vocabulary's
 * tree at which the lexeme may be left.
 *
 * <p><b>Thread:</b> any; immutable.
 */
final class Reach {

    private static final int FIRST_SIZE = 16;

    private int[] tokens = new int[FIRST_SIZE];
    private int size;
    private long @org.jspecify.annotations.Nullable [] words;
    private int[] exitNodes = new int[FIRST_SIZE];
    private int[] exitTags = new int[FIRST_SIZE];
    private int exits;
    private int steps;

    private Reach() {}

    static Reach of(GrammarVocabulary vocabulary, int root, Lexeme lexeme, long start) {
        Reach reach = new Reach();
        int end = vocabulary.end(root);
        int base = vocabulary.depth(root);
        long[] states = new long[vocabulary.longest() + 1];
        states[base] = start;
        if (lexeme.tag(start) != ByteDfa.NONE) {
            reach.exit(root, lexeme.tag(start));
        }
        int node = root + 1;
        while (node < end) {
            reach.steps++;
            int depth = vocabulary.depth(node);
            long state = lexeme.next(states[depth - 1], vocabulary.label(node));
            if (state == ByteDfa.NONE) {
                node = vocabulary.end(node);
                continue;
            }
            states[depth] = state;
            for (int place = vocabulary.firstToken(node); place < vocabulary.lastToken(node); place++) {
                reach.token(vocabulary.token(place));
            }
            if (lexeme.tag(state) != ByteDfa.NONE) {
                reach.exit(node, lexeme.tag(state));
            }
            node = lexeme.isFinal(state) ? vocabulary.end(node) : node + 1;
        }
        reach.pack(vocabulary.words());
        return reach;
    }

    private void token(int token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
        }
        tokens[size++] = token;
    }

    private void exit(int node, int tag) {
        if (exits == exitNodes.length) {
            exitNodes = Arrays.copyOf(exitNodes, 2 * exits);
            exitTags = Arrays.copyOf(exitTags, 2 * exits);
        }
        exitNodes[exits] = node;
        exitTags[exits++] = tag;
    }

    /** Many tokens are kept as a mask. */
    private void pack(int wordCount) {
        if (size > wordCount) {
            long[] packed = new long[wordCount];
            addTo(packed);
            words = packed;
            tokens = new int[0];
            size = 0;
        } else {
            tokens = Arrays.copyOf(tokens, size);
        }
        exitNodes = Arrays.copyOf(exitNodes, exits);
        exitTags = Arrays.copyOf(exitTags, exits);
    }

    void addTo(long[] mask) {
        if (words != null) {
            for (int i = 0; i < mask.length; i++) {
                mask[i] |= words[i];
            }
        }
        for (int i = 0; i < size; i++) {
            mask[tokens[i] >> 6] |= 1L << tokens[i];
        }
    }

    /** Nodes that were looked at. */
    int steps() {
        return steps;
    }

    int exits() {
        return exits;
    }

    int node(int exit) {
        return exitNodes[exit];
    }

    int tag(int exit) {
        return exitTags[exit];
    }

    long weight() {
        return 64 + 4L * tokens.length + 8L * exitNodes.length + (words == null ? 0 : 8L * words.length);
    }
}
