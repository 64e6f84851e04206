package io.insula.inference.grammar;

import io.insula.inference.StarterModel;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.GgufFile;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The tokens of the starter model. */
final class StarterVocabulary {

    private final List<byte[]> bytes;
    private final GrammarVocabulary vocabulary;
    private final int[] singles = new int[256];
    private final Map<ByteBuffer, Integer> tokens = new HashMap<>();

    private StarterVocabulary(ModelChatTokenizer tokenizer) {
        this.bytes = IntStream.range(0, tokenizer.vocabulary())
                .mapToObj(tokenizer::bytes)
                .toList();
        this.vocabulary = GrammarVocabulary.of(tokenizer::bytes, tokenizer.vocabulary(), tokenizer.endTokens());
        Arrays.fill(singles, -1);
        for (int token = 0; token < bytes.size(); token++) {
            tokens.put(ByteBuffer.wrap(bytes.get(token)), token);
            if (bytes.get(token).length == 1) {
                singles[bytes.get(token)[0] & 0xff] = token;
            }
        }
    }

    static StarterVocabulary load() {
        TokenizerSpec spec;
        try (GgufFile file = GgufFile.open(StarterModel.path())) {
            spec = TokenizerSpec.from(file);
        }
        try (ModelChatTokenizer tokenizer = new ModelChatTokenizer(spec, Clock.systemUTC())) {
            return new StarterVocabulary(tokenizer);
        }
    }

    GrammarVocabulary vocabulary() {
        return vocabulary;
    }

    byte[] bytes(int token) {
        return bytes.get(token);
    }

    /** The token with these bytes; null where there is none. */
    @Nullable
    Integer token(byte[] text) {
        return tokens.get(ByteBuffer.wrap(text));
    }

    /** The token of each byte, {@code -1} where there is none. */
    int[] singles() {
        return singles;
    }
}
