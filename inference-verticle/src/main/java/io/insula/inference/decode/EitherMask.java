package io.insula.inference.decode;

/**
 * Two grammars of which a choice has to match one; which, its tokens show.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
public final class EitherMask implements GrammarMask {

    private final GrammarMask one;
    private final GrammarMask other;
    private boolean oneFits = true;
    private boolean otherFits = true;

    public EitherMask(GrammarMask one, GrammarMask other) {
        this.one = one;
        this.other = other;
    }

    @Override
    public long[] words() {
        if (!oneFits || !otherFits) {
            return live().words();
        }
        long[] some = one.words();
        long[] others = other.words();
        long[] words = (some.length < others.length ? others : some).clone();
        long[] shorter = some.length < others.length ? some : others;
        for (int i = 0; i < shorter.length; i++) {
            words[i] |= shorter[i];
        }
        return words;
    }

    @Override
    public int only() {
        if (!oneFits || !otherFits) {
            return live().only();
        }
        int only = one.only();
        return !complete() && only == other.only() ? only : -1;
    }

    @Override
    public boolean complete() {
        return (oneFits && one.complete()) || (otherFits && other.complete());
    }

    @Override
    public boolean mustEnd() {
        return (!oneFits || one.mustEnd()) && (!otherFits || other.mustEnd());
    }

    @Override
    public void accept(int token) {
        boolean fitsOne = oneFits && allows(one, token);
        boolean fitsOther = otherFits && allows(other, token);
        if (!fitsOne && !fitsOther) {
            throw new IllegalArgumentException("token " + token + " (expected: one that the grammar allows)");
        }
        oneFits = fitsOne;
        otherFits = fitsOther;
        if (oneFits) {
            one.accept(token);
        }
        if (otherFits) {
            other.accept(token);
        }
    }

    private GrammarMask live() {
        return oneFits ? one : other;
    }

    private static boolean allows(GrammarMask mask, int token) {
        long[] words = mask.words();
        return token / Long.SIZE < words.length && (words[token / Long.SIZE] >>> token & 1) != 0;
    }
}
