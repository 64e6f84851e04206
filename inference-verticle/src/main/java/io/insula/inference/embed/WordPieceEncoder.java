package io.insula.inference.embed;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.Utils;
import io.insula.inference.weights.ModelFileException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The tokenizer of a {@code tokenizer.json}, told neither to truncate nor to pad, whatever the file says.
 *
 * <p>A marker that is written out in a text, such as {@code [SEP]}, is read as the marker, as every implementation of such
 * tokenizers does; in an embedding it can mislead nobody but its author.
 *
 * <p><b>Thread:</b> any.
 */
final class WordPieceEncoder implements TextEncoder {

    private final HuggingFaceTokenizer tokenizer;

    WordPieceEncoder(InputStream json) {
        if (!Utils.isOfflineMode()) {
            System.setProperty("ai.djl.offline", "true");
        }
        Map<String, String> options =
                Map.of("addSpecialTokens", "true", "truncation", "DO_NOT_TRUNCATE", "padding", "DO_NOT_PAD");
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(json, options);
        } catch (IOException | RuntimeException e) {
            throw new ModelFileException("tokenizer.json cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public int[] encode(String text) {
        return LongStream.of(tokenizer.encode(text, true, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
