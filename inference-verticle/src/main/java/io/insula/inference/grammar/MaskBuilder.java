package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;

/**
 * Collects the tokens that may follow by walking the tree of the vocabulary.
 *
 * <p>A mask takes no more than so many steps, whether parts of it are kept or not. What is left then is offered byte by byte:
 * everything can still be written, with more tokens.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class MaskBuilder {

    /** A walk through a large vocabulary that a string lets through takes about a third of them. */
    private static final long MOST_STEPS = 400_000;
    /** Steps of a lexeme that a step of a cursor is worth. */
    private static final int CURSOR_STEPS = 8;
    /** Steps that going on after a lexeme is worth. */
    private static final int EXIT_STEPS = 32;

    private final GrammarVocabulary vocabulary;
    private final MaskCache cache;
    private final long[] words;
    private final Effort effort;

    /** What a mask and the builders of its parts have done. */
    private static final class Effort {
        private long steps;
    }

    MaskBuilder(GrammarVocabulary vocabulary, MaskCache cache) {
        this(vocabulary, cache, new long[vocabulary.words()]);
    }

    /** Continues with the tokens of a mask. */
    MaskBuilder(GrammarVocabulary vocabulary, MaskCache cache, long[] words) {
        this(vocabulary, cache, words, new Effort());
    }

    private MaskBuilder(GrammarVocabulary vocabulary, MaskCache cache, long[] words, Effort effort) {
        this.effort = effort;
        this.vocabulary = vocabulary;
        this.cache = cache;
        this.words = words;
    }

    TokenMask build() {
        return new TokenMask(words);
    }

    void add(int token) {
        words[token >> 6] |= 1L << token;
    }

    void addEnds() {
        for (int end : vocabulary.ends()) {
            add(end);
        }
    }

    private void addTokens(int node) {
        for (int place = vocabulary.firstToken(node); place < vocabulary.lastToken(node); place++) {
            add(vocabulary.token(place));
        }
    }

    /** Takes out every token that begins with some bytes of a text and one more. */
    void remove(byte[] prefix, int from, int to, int last) {
        int node = 0;
        for (int i = from; i < to; i++) {
            node = vocabulary.child(node, prefix[i] & 0xff);
            if (node == 0) {
                return;
            }
        }
        node = vocabulary.child(node, last);
        if (node == 0) {
            return;
        }
        int end = vocabulary.end(node) == vocabulary.nodes()
                ? vocabulary.firstToken(vocabulary.nodes())
                : vocabulary.firstToken(vocabulary.end(node));
        for (int place = vocabulary.firstToken(node); place < end; place++) {
            int token = vocabulary.token(place);
            words[token >> 6] &= ~(1L << token);
        }
    }

    /** Adds the tokens below a node that a cursor lets through, where the cursor has read the bytes up to the node. */
    void walk(int node, Cursor cursor) {
        int end = vocabulary.end(node);
        for (int child = node + 1; child < end; child = vocabulary.end(child)) {
            if (node != 0 && isSpent()) {
                return;
            }
            spend((long) CURSOR_STEPS * cursor.breadth());
            Cursor next = cursor.step(vocabulary.label(child), true);
            if (next != null) {
                addTokens(child);
                if (child + 1 < vocabulary.end(child) && !isSpent()) {
                    next.admit(this, child);
                }
            }
        }
    }

    void spend(long steps) {
        effort.steps += steps;
    }

    /** Whether the rest is to be offered byte by byte. */
    boolean isSpent() {
        return effort.steps > MOST_STEPS;
    }

    /** Adds the tokens of one byte that stay inside a lexeme, and what may follow where it may end. */
    void bytes(Lexeme lexeme, long state, Lexeme.Exit exit) {
        int end = vocabulary.end(0);
        for (int child = 1; child < end; child = vocabulary.end(child)) {
            if (lexeme.next(state, vocabulary.label(child)) != ByteDfa.NONE) {
                addTokens(child);
            }
        }
        if (lexeme.tag(state) != ByteDfa.NONE) {
            exit.leave(this, 0, lexeme.tag(state));
        }
    }

    /** Adds the tokens below a node that stay inside a lexeme or leave it in an admissible way. */
    void lexeme(int node, Lexeme lexeme, long state, Lexeme.Exit exit) {
        if (isSpent()) {
            if (node == 0) {
                bytes(lexeme, state, exit);
            }
            return;
        }
        Reach reach;
        if (node == 0) {
            MaskKey key = MaskKey.of(MaskKey.Kind.REACH, lexeme.group(state));
            reach = cache.reach(key);
            if (reach == null) {
                reach = Reach.of(vocabulary, 0, lexeme, state);
                cache.put(key, reach);
            }
        } else {
            reach = Reach.of(vocabulary, node, lexeme, state);
        }
        spend(reach.steps());
        reach.addTo(words);
        for (int i = 0; i < reach.exits(); i++) {
            int at = reach.node(i);
            if (at + 1 < vocabulary.end(at) && (at == 0 || !isSpent())) {
                spend(EXIT_STEPS);
                exit.leave(this, at, reach.tag(i));
            }
        }
    }

    /** A builder over the same vocabulary, without tokens. */
    MaskBuilder empty() {
        return new MaskBuilder(vocabulary, cache, new long[words.length], effort);
    }

    /** Adds the tokens of another. */
    void addAll(MaskBuilder other) {
        for (int i = 0; i < words.length; i++) {
            words[i] |= other.words[i];
        }
    }
}
