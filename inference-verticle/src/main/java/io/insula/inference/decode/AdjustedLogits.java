package io.insula.inference.decode;

import io.insula.protocol.TokenIds;

/** Logits that bias, masks and penalties change, token by token. */
interface AdjustedLogits {

    double logit(int token);

    void setLogit(int token, double logit);

    /** Sees to it that a token is not drawn. */
    void mask(int token);

    /**
     * Sees to it that no token is drawn but these.
     *
     * @param words as {@link GrammarMask#words}
     */
    void keepOnly(long[] words, TokenIds besides);
}
