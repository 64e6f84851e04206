package io.insula.inference.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.djl.util.Utils;
import io.insula.inference.weights.ModelFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Byte-pair encoding of ordinary text by the Hugging Face tokenizers library.
 *
 * <p>The library is told of no special tokens, so no text can become one; and neither to truncate nor to pad, which it
 * would do by itself. Its native part is unpacked below {@code DJL_CACHE_DIR} or {@code ENGINE_CACHE_DIR}, read from the
 * environment and then from the system properties.
 *
 * <p><b>Thread:</b> any.
 */
final class BytePairEncoder implements AutoCloseable {

    private final HuggingFaceTokenizer tokenizer;

    BytePairEncoder(TokenizerSpec spec) {
        forbidNetwork();
        Set<Integer> special = new HashSet<>(spec.control());
        special.addAll(spec.userDefined());
        byte[] json =
                spec.encoding().description(spec.tokens(), special).encode().getBytes(StandardCharsets.UTF_8);
        Map<String, String> options =
                Map.of("addSpecialTokens", "false", "truncation", "DO_NOT_TRUNCATE", "padding", "DO_NOT_PAD");
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
        } catch (IOException | RuntimeException e) {
            throw new ModelFileException("tokenizer: vocabulary or merges are broken: " + e.getMessage(), e);
        }
    }

    /** DJL otherwise asks the cloud's metadata service where it runs, and may download native libraries. */
    private static void forbidNetwork() {
        if (!Utils.isOfflineMode()) {
            System.setProperty("ai.djl.offline", "true");
        }
    }

    /** The tokens of a text as it is, without a space before it. */
    int[] encode(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        long[] ids = ids(wellFormed(text));
        int[] tokens = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            tokens[i] = (int) ids[i];
        }
        return tokens;
    }

    /** The ids alone: DJL's own method also makes objects of every token's text and place, a fifth of the time. */
    private long[] ids(String text) {
        long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
        try {
            return TokenizersLibrary.LIB.getTokenIds(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** With U+FFFD for surrogates without partner, which are no text and which native code cannot take. */
    private static String wellFormed(String text) {
        StringBuilder mended = null;
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                i++;
                continue;
            }
            mended = mended == null ? new StringBuilder(text) : mended;
            mended.setCharAt(i, '\uFFFD');
        }
        return mended == null ? text : mended.toString();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
