package io.insula.inference.grammar;

import io.insula.protocol.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Small vocabularies for tests without a model. */
final class Vocabularies {

    /** The end of an answer. */
    static final int END = 256;

    private Vocabularies() {}

    /** Every byte a token, then the end, then some texts. */
    static List<byte[]> bytesAnd(String... texts) {
        List<byte[]> tokens = new ArrayList<>();
        for (int value = 0; value < END; value++) {
            tokens.add(new byte[] {(byte) value});
        }
        tokens.add(new byte[0]);
        for (String text : texts) {
            tokens.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return tokens;
    }

    static GrammarVocabulary of(List<byte[]> tokens) {
        return GrammarVocabulary.of(tokens::get, tokens.size(), TokenIds.of(END));
    }

    /** Whether a grammar takes a text, byte by byte, and may end after it. */
    static boolean accepts(CompiledGrammar grammar, int[] byteTokens, String text) {
        GrammarState state = grammar.start();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            int token = byteTokens[value & 0xff];
            if (token < 0 || !state.mask().allows(token)) {
                return false;
            }
            state.accept(token);
        }
        return state.complete();
    }
}
