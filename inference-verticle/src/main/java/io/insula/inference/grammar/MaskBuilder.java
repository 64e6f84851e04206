package io.insula.inference.grammar;

/**
 * Collects the tokens that may follow by walking the tree of the vocabulary.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class MaskBuilder {

    private final GrammarVocabulary vocabulary;
    private final MaskCache cache;
    private final long[] words;

    MaskBuilder(GrammarVocabulary vocabulary, MaskCache cache) {
        this(vocabulary, cache, new long[vocabulary.words()]);
    }

    /** Continues with the tokens of a mask. */
    MaskBuilder(GrammarVocabulary vocabulary, MaskCache cache, long[] words) {
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
            Cursor next = cursor.step(vocabulary.label(child), true);
            if (next != null) {
                addTokens(child);
                if (child + 1 < vocabulary.end(child)) {
                    next.admit(this, child);
                }
            }
        }
    }

    /** Adds the tokens below a node that stay inside a lexeme or leave it in an admissible way. */
    void lexeme(int node, Lexeme lexeme, long state, Lexeme.Exit exit) {
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
        reach.addTo(words);
        for (int i = 0; i < reach.exits(); i++) {
            int at = reach.node(i);
            if (at + 1 < vocabulary.end(at)) {
                exit.leave(this, at, reach.tag(i));
            }
        }
    }

    /** A builder over the same vocabulary, without tokens. */
    MaskBuilder empty() {
        return new MaskBuilder(vocabulary, cache);
    }

    /** Adds the tokens of another. */
    void addAll(MaskBuilder other) {
        for (int i = 0; i < words.length; i++) {
            words[i] |= other.words[i];
        }
    }
}
