package io.insula.inference.decode;

import io.insula.protocol.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Tokens that matter where reasoning ends and text that a grammar is over begins.
 *
 * @param newlines the tokens that are one line feed or two: models put them behind the closing tag
 * @param overshooting by how many characters of the closing tag stand there: the tokens that complete it and go on with more
 *     than white space, which no grammar could look at
 */
record BorderTokens(TokenIds newlines, List<TokenIds> overshooting) {

    /** Of an answer that does not begin with reasoning. */
    static final BorderTokens NONE = new BorderTokens(TokenIds.EMPTY, List.of(TokenIds.EMPTY));

    static BorderTokens of(IntFunction<byte[]> bytes, int vocabulary, String closing) {
        List<IntStream.Builder> overshooting = new ArrayList<>();
        for (int matched = 0; matched < closing.length(); matched++) {
            overshooting.add(IntStream.builder());
        }
        IntStream.Builder newlines = IntStream.builder();
        for (int token = 0; token < vocabulary; token++) {
            String text = new String(bytes.apply(token), StandardCharsets.ISO_8859_1);
            if (text.equals("\n") || text.equals("\n\n")) {
                newlines.add(token);
            }
            for (int matched = 0; matched < closing.length(); matched++) {
                if (overshoots(text, closing, matched)) {
                    overshooting.get(matched).add(token);
                }
            }
        }
        return new BorderTokens(
                ids(newlines), overshooting.stream().map(BorderTokens::ids).toList());
    }

    private static boolean overshoots(String text, String closing, int matched) {
        String rest = closing.substring(matched);
        if (text.length() > rest.length() && text.startsWith(rest)) {
            return !text.substring(rest.length()).isBlank();
        }
        int whole = text.indexOf(closing);
        return whole >= 0 && !text.substring(whole + closing.length()).isBlank();
    }

    private static TokenIds ids(IntStream.Builder tokens) {
        return TokenIds.of(tokens.build().toArray());
    }
}
