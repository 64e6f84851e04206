package io.insula.inference.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.Utils;
import io.insula.inference.weights.ModelFileException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Byte-level byte-pair encoding of ordinary text by the Hugging Face tokenizers library.
 *
 * <p>The library is told of no special tokens, so no text can become one; and neither to truncate nor to pad, which it
 * would do by itself. Its native part is unpacked below {@code DJL_CACHE_DIR} or {@code ENGINE_CACHE_DIR}, read from the
 * environment and then from the system properties.
 *
 * <p><b>Thread:</b> any.
 */
final class BytePairEncoder implements AutoCloseable {

    /** The splittings into words that were compared with an independent implementation, token for token. */
    private static final Map<String, JsonArray> PRE_TOKENIZERS = Map.of(
            "smollm",
            new JsonArray()
                    .add(new JsonObject().put("type", "Digits").put("individual_digits", true))
                    .add(byteLevel()));

    private final HuggingFaceTokenizer tokenizer;

    BytePairEncoder(TokenizerSpec spec) {
        forbidNetwork();
        byte[] json = describe(spec).getBytes(StandardCharsets.UTF_8);
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

    int[] encode(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        long[] ids = tokenizer.encode(wellFormed(text), false, false).getIds();
        int[] tokens = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            tokens[i] = (int) ids[i];
        }
        return tokens;
    }

    /** With U+FFFD for surrogates without partner, which are no text and which native code cannot take. */
    private static String wellFormed(String text) {
        int[] codePoints = text.codePoints().toArray();
        boolean changed = false;
        for (int i = 0; i < codePoints.length; i++) {
            if (codePoints[i] >= Character.MIN_SURROGATE && codePoints[i] <= Character.MAX_SURROGATE) {
                codePoints[i] = 0xFFFD;
                changed = true;
            }
        }
        return changed ? new String(codePoints, 0, codePoints.length) : text;
    }

    private static String describe(TokenizerSpec spec) {
        JsonArray preTokenizers = PRE_TOKENIZERS.get(spec.pre());
        if (preTokenizers == null) {
            throw new ModelFileException("tokenizer.ggml.pre '" + spec.pre() + "' (expected: one of "
                    + String.join(", ", PRE_TOKENIZERS.keySet()) + ")");
        }
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (int id = 0; id < spec.tokens().size(); id++) {
            vocabulary.put(spec.tokens().get(id), id);
        }
        JsonObject model = new JsonObject()
                .put("type", "BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("vocab", new JsonObject(vocabulary))
                .put("merges", new JsonArray(spec.merges()));
        return new JsonObject()
                .put("version", "1.0")
                .putNull("truncation")
                .putNull("padding")
                .put("added_tokens", new JsonArray())
                .putNull("normalizer")
                .put("pre_tokenizer", new JsonObject().put("type", "Sequence").put("pretokenizers", preTokenizers))
                .putNull("post_processor")
                .put("decoder", byteLevel())
                .put("model", model)
                .encode();
    }

    private static JsonObject byteLevel() {
        return new JsonObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
