package io.insula.inference.decode;

import io.insula.inference.engine.TopLogits;
import io.insula.protocol.TokenIds;
import java.util.Arrays;

/**
 * The largest logits of a row as candidates, and what is certain of all the other tokens.
 *
 * <p>Candidates stand by ascending id, so that whatever is summed or drawn in the order of places is in the order of ids.
 *
 * <p><b>Thread:</b> one at a time; reused from row to row.
 */
final class TopRow implements AdjustedLogits {

    private final int vocabulary;
    private final Candidates candidates;
    private final float[] values;
    private final int[] tokens;
    private final long[] byToken;
    private final long[] known;
    private final OtherTokens others;

    /**
     * @param count logits that are told of a row
     */
    TopRow(int count, int vocabulary) {
        this.vocabulary = vocabulary;
        this.candidates = new Candidates(count, vocabulary);
        this.values = new float[count];
        this.tokens = new int[count];
        this.byToken = new long[count];
        this.known = new long[(vocabulary + Long.SIZE - 1) / Long.SIZE];
        this.others = new OtherTokens(vocabulary - count);
    }

    /** Takes a row; false where what is told of it is not to be relied on. */
    boolean load(TopLogits top, int row) {
        for (int token : tokens) {
            known[token / Long.SIZE] = 0;
        }
        if (!top.finite(row)) {
            return false;
        }
        top.copyTop(row, values, tokens);
        for (int i = 0; i < tokens.length; i++) {
            byToken[i] =
                    ((long) tokens[i] << Integer.SIZE) | Integer.toUnsignedLong(Float.floatToRawIntBits(values[i]));
        }
        Arrays.sort(byToken);
        boolean sound = byToken[0] >= 0 && byToken[byToken.length - 1] >>> Integer.SIZE < vocabulary;
        for (int i = 0; i < tokens.length; i++) {
            int token = (int) (byToken[i] >>> Integer.SIZE);
            sound = sound && (i == 0 || token > tokens[i - 1]);
            tokens[i] = sound ? token : 0;
            values[i] = Float.intBitsToFloat((int) byToken[i]);
        }
        if (sound) {
            for (int token : tokens) {
                known[token / Long.SIZE] |= 1L << token;
            }
            candidates.load(values);
            others.load(values, candidates.highest(), top.logSum(row));
        }
        return sound;
    }

    int count() {
        return tokens.length;
    }

    Candidates candidates() {
        return candidates;
    }

    OtherTokens others() {
        return others;
    }

    int token(int place) {
        return tokens[place];
    }

    /** The place of a token; negative where it is none of them. */
    int place(int token) {
        boolean among = token / Long.SIZE < known.length && (known[token / Long.SIZE] >>> token & 1) != 0;
        return among ? Arrays.binarySearch(tokens, token) : -1;
    }

    /** Whether the ranks of a token and of the first ones are certain, as no other token can stand among them. */
    boolean ranks(int token, int first) {
        int place = place(token);
        if (place < 0 || first > tokens.length) {
            return false;
        }
        float bound = others.highest();
        int above = 0;
        for (float value : values) {
            above += value > bound ? 1 : 0;
        }
        return values[place] > bound && above >= first;
    }

    @Override
    public double logit(int token) {
        int place = place(token);
        return place < 0 ? others.least() : candidates.logit(place);
    }

    @Override
    public void setLogit(int token, double logit) {
        int place = place(token);
        if (place < 0) {
            others.changed((float) logit);
        } else {
            candidates.setLogit(place, logit);
        }
    }

    @Override
    public void mask(int token) {
        int place = place(token);
        if (place < 0) {
            others.changed(Float.NEGATIVE_INFINITY);
        } else {
            candidates.mask(place);
        }
    }

    @Override
    public void keepOnly(long[] words, TokenIds besides) {
        int allowed = 0;
        for (int word = 0; word < Math.min(words.length, known.length); word++) {
            int tokensOfWord = Math.min(Long.SIZE, vocabulary - word * Long.SIZE);
            allowed += Long.bitCount(words[word] & (-1L >>> (Long.SIZE - tokensOfWord)) & ~known[word]);
        }
        for (int i = 0; i < besides.size(); i++) {
            boolean counted = has(words, besides.get(i)) || place(besides.get(i)) >= 0;
            allowed += counted ? 0 : 1;
        }
        for (int place = 0; place < tokens.length; place++) {
            if (!has(words, tokens[place]) && !contains(besides, tokens[place])) {
                candidates.mask(place);
            }
        }
        others.keep(allowed);
    }

    private static boolean has(long[] words, int token) {
        return token / Long.SIZE < words.length && (words[token / Long.SIZE] >>> token & 1) != 0;
    }

    private static boolean contains(TokenIds tokens, int token) {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i) == token) {
                return true;
            }
        }
        return false;
    }
}
