package io.insula.inference.decode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The obvious grammar: a few texts, tried one by one with every token. */
public final class TextsGrammar implements GrammarMask {

    private final List<String> texts;
    private final List<String> tokens;
    private String text = "";

    public TextsGrammar(List<String> texts, IntFunction<byte[]> bytes, int vocabulary) {
        this.texts = texts.stream()
                .map(each -> string(each.getBytes(StandardCharsets.UTF_8)))
                .toList();
        this.tokens = IntStream.range(0, vocabulary)
                .mapToObj(token -> string(bytes.apply(token)))
                .toList();
    }

    /** A character for each byte. */
    private static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public long[] words() {
        long[] words = new long[(tokens.size() + 63) / 64];
        allowed().forEach(token -> words[token / 64] |= 1L << (token % 64));
        return words;
    }

    private IntStream allowed() {
        List<String> rests = texts.stream()
                .filter(each -> each.startsWith(text))
                .map(each -> each.substring(text.length()))
                .toList();
        return IntStream.range(0, tokens.size())
                .filter(token -> !tokens.get(token).isEmpty())
                .filter(token -> rests.stream().anyMatch(rest -> rest.startsWith(tokens.get(token))));
    }

    @Override
    public int only() {
        int[] two = allowed().limit(2).toArray();
        return two.length == 1 && !complete() ? two[0] : -1;
    }

    @Override
    public boolean complete() {
        return texts.contains(text);
    }

    @Override
    public boolean mustEnd() {
        return complete() && allowed().findAny().isEmpty();
    }

    @Override
    public void accept(int token) {
        if (allowed().noneMatch(each -> each == token)) {
            throw new IllegalStateException("token " + token + " after '" + text + "' (expected: one of the mask)");
        }
        text += tokens.get(token);
    }
}
