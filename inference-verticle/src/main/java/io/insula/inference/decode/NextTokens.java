package io.insula.inference.decode;

import io.insula.protocol.TokenIds;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens may be drawn next.
 *
 * <p><b>Thread:</b> any, until the grammar that the words came from goes on.
 */
public final class NextTokens {

    private final TokenIds forbidden;
    private final long @Nullable [] words;
    private final TokenIds besides;

    private NextTokens(TokenIds forbidden, long @Nullable [] words, TokenIds besides) {
        this.forbidden = forbidden;
        this.words = words;
        this.besides = besides;
    }

    /** All tokens of the vocabulary but these. */
    public static NextTokens allBut(TokenIds forbidden) {
        return new NextTokens(forbidden, null, TokenIds.EMPTY);
    }

    /**
     * No tokens but these.
     *
     * @param words as {@link GrammarMask#words}
     * @param besides tokens that may be drawn too
     */
    public static NextTokens only(long[] words, TokenIds besides) {
        return new NextTokens(TokenIds.EMPTY, words, besides);
    }

    /** Whether every token of the vocabulary may be drawn. */
    boolean all() {
        return words == null && forbidden.size() == 0;
    }

    TokenIds forbidden() {
        return forbidden;
    }

    /** Null where {@link #forbidden} says it all. */
    long @Nullable [] words() {
        return words;
    }

    TokenIds besides() {
        return besides;
    }
}
