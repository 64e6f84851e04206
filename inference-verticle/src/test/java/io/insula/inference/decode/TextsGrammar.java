package io.insula.inference.decode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;

/** The obvious grammar: a few texts, tried one by one with every token. */
final class TextsGrammar implements GrammarMask {

    private final List<String> texts;
    private final IntFunction<byte[]> bytes;
    private final int vocabulary;
    private String text = "";

    TextsGrammar(List<String> texts, IntFunction<byte[]> bytes, int vocabulary) {
        this.texts = texts;
        this.bytes = bytes;
        this.vocabulary = vocabulary;
    }

    @Override
    public long[] words() {
        long[] words = new long[(vocabulary + 63) / 64];
        for (int token = 0; token < vocabulary; token++) {
            if (fits(token)) {
                words[token / 64] |= 1L << (token % 64);
            }
        }
        return words;
    }

    private boolean fits(int token) {
        String next = string(token);
        return !next.isEmpty() && texts.stream().anyMatch(each -> each.startsWith(text + next));
    }

    private String string(int token) {
        return new String(bytes.apply(token), StandardCharsets.ISO_8859_1);
    }

    @Override
    public int only() {
        int only = -1;
        for (int token = 0; token < vocabulary; token++) {
            if (fits(token)) {
                if (only >= 0) {
                    return -1;
                }
                only = token;
            }
        }
        return complete() ? -1 : only;
    }

    @Override
    public boolean complete() {
        return texts.contains(text);
    }

    @Override
    public boolean mustEnd() {
        return complete() && texts.stream().noneMatch(each -> each.startsWith(text) && !each.equals(text));
    }

    @Override
    public void accept(int token) {
        if (!fits(token)) {
            throw new IllegalStateException("token " + token + " after '" + text + "' (expected: one of the mask)");
        }
        text += string(token);
    }
}
