package io.insula.inference.decode;

/**
 * Text of a form, or calls; which, the choice's tokens show. Where they are both, the calls win with the first one's name.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
public final class EitherMask implements GrammarMask {

    private final GrammarMask text;
    private final GrammarMask calls;
    private boolean textFits = true;
    private boolean callsFit = true;

    public EitherMask(GrammarMask text, GrammarMask calls) {
        this.text = text;
        this.calls = calls;
    }

    @Override
    public long[] words() {
        if (!textFits || !callsFit) {
            return live().words();
        }
        long[] some = text.words();
        long[] others = calls.words();
        long[] words = (some.length < others.length ? others : some).clone();
        long[] shorter = some.length < others.length ? some : others;
        for (int i = 0; i < shorter.length; i++) {
            words[i] |= shorter[i];
        }
        return words;
    }

    @Override
    public int only() {
        if (!textFits || !callsFit) {
            return live().only();
        }
        int only = text.only();
        return !complete() && only == calls.only() ? only : -1;
    }

    @Override
    public boolean complete() {
        return (textFits && text.complete()) || (callsFit && calls.complete());
    }

    @Override
    public boolean mustEnd() {
        return (!textFits || text.mustEnd()) && (!callsFit || calls.mustEnd());
    }

    @Override
    public void accept(int token) {
        boolean asText = textFits && allows(text, token);
        boolean asCalls = callsFit && allows(calls, token);
        if (!asText && !asCalls) {
            throw new IllegalArgumentException("token " + token + " (expected: one that the grammar allows)");
        }
        textFits = asText;
        callsFit = asCalls;
        if (textFits) {
            text.accept(token);
        }
        if (callsFit) {
            calls.accept(token);
        }
    }

    @Override
    public boolean mayCall() {
        return callsFit;
    }

    @Override
    public boolean mustCall() {
        return !textFits;
    }

    @Override
    public void calls() {
        textFits = false;
    }

    private GrammarMask live() {
        return textFits ? text : calls;
    }

    private static boolean allows(GrammarMask mask, int token) {
        long[] words = mask.words();
        return token / Long.SIZE < words.length && (words[token / Long.SIZE] >>> token & 1) != 0;
    }
}
