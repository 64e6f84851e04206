package io.insula.inference.grammar;

import org.jspecify.annotations.Nullable;

/**
 * How far one answer has come in its grammar. A state is made again by accepting the same tokens.
 *
 * <p><b>Thread:</b> one at a time.
 */
public final class GrammarState {

    private final GrammarVocabulary vocabulary;
    private final MaskCache cache;
    private Cursor cursor;
    private @Nullable TokenMask mask;
    private boolean ended;

    GrammarState(GrammarVocabulary vocabulary, MaskCache cache, Cursor cursor) {
        this.vocabulary = vocabulary;
        this.cache = cache;
        this.cursor = cursor;
    }

    /**
     * The tokens that may follow, with the ends where the answer may end; never none.
     *
     * @throws IllegalStateException after an end
     */
    public TokenMask mask() {
        if (ended) {
            throw new IllegalStateException("the answer has ended");
        }
        if (mask == null) {
            mask = find();
        }
        return mask;
    }

    private TokenMask find() {
        MaskKey key = cursor.key();
        TokenMask found = key == null ? null : cache.mask(key);
        if (found == null) {
            MaskBuilder builder = new MaskBuilder(vocabulary, cache);
            cursor.admit(builder, 0);
            if (cursor.complete()) {
                builder.addEnds();
            }
            if (cursor.marker() >= 0) {
                builder.add(cursor.marker());
            }
            found = builder.build();
            if (key != null) {
                cache.put(key, found);
            }
        }
        return cursor.corrected(found, vocabulary, cache);
    }

    /**
     * Goes on by a token, of the mask or one of an answer so far.
     *
     * @throws IllegalArgumentException for a token that must not follow; the state stays as it was
     */
    public void accept(int token) {
        if (ended) {
            throw new IllegalStateException("the answer has ended");
        }
        if (token < 0 || token >= vocabulary.vocabulary()) {
            throw new IllegalArgumentException(
                    "token " + token + " (expected: 0.." + (vocabulary.vocabulary() - 1) + ")");
        }
        if (vocabulary.isEnd(token) && cursor.complete()) {
            ended = true;
        } else {
            cursor = token == cursor.marker() ? cursor.afterMarker() : after(token);
        }
        mask = null;
    }

    private Cursor after(int token) {
        byte[] bytes = vocabulary.bytes(token);
        Cursor next = bytes.length == 0 ? null : cursor;
        for (int i = 0; i < bytes.length && next != null; i++) {
            next = next.step(bytes[i] & 0xff, false);
        }
        if (next == null) {
            throw new IllegalArgumentException("token " + token + " must not follow in this grammar");
        }
        return next;
    }

    /** Whether the answer may end here. */
    public boolean complete() {
        return ended || cursor.complete();
    }

    /** Whether nothing but an end may follow. */
    public boolean mustEnd() {
        return ended || (cursor.complete() && mask().cardinality() == vocabulary.ends().length);
    }

    /** The only token that may follow, {@code -1} where there are several. */
    public int onlyToken() {
        TokenMask following = mask();
        return following.cardinality() == 1 ? following.next(0) : -1;
    }

    /** A state of its own at the same place. */
    public GrammarState copy() {
        GrammarState copy = new GrammarState(vocabulary, cache, cursor);
        copy.mask = mask;
        copy.ended = ended;
        return copy;
    }
}
