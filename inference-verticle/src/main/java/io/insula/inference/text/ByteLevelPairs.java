package io.insula.inference.text;

import io.insula.inference.weights.ModelFileException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Byte-level byte-pair encoding as GGUF files describe it: merges, and the name of a splitting into words.
 *
 * <p><b>Source:</b> Radford et al., "Language models are unsupervised multitask learners", 2019; the regular expressions are
 * those of the models' own tokenizers.
 *
 * @param pre name of the splitting into words, as GGUF names it: {@code smollm}
 * @param merges the most frequent first: two parts and a space between them
 */
public record ByteLevelPairs(String pre, List<String> merges) implements TextEncoding {

    /**
     * What a name stands for.
     *
     * @param composed whether text is composed (NFC) before
     * @param wholeWords whether a word that is a token is taken whole before any merge; such tokenizers begin prompts, too
     */
    private record Splitting(JsonArray words, boolean composed, boolean wholeWords) {}

    private static final String LLAMA_3 =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN_2 = LLAMA_3.replace("\\p{N}{1,3}", "\\p{N}");
    private static final String TEKKEN =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** The splittings that were compared with independent implementations, token for token. */
    private static final Map<String, Splitting> SPLITTINGS = new TreeMap<>(Map.of(
            "gpt-2", new Splitting(new JsonArray().add(byteLevel(true)), false, false),
            "smollm",
                    new Splitting(
                            new JsonArray()
                                    .add(new JsonObject().put("type", "Digits").put("individual_digits", true))
                                    .add(byteLevel(true)),
                            false,
                            false),
            "llama-bpe", new Splitting(words(LLAMA_3), false, true),
            "llama3", new Splitting(words(LLAMA_3), false, true),
            "llama-v3", new Splitting(words(LLAMA_3), false, true),
            "smaug-bpe", new Splitting(words(LLAMA_3), false, false),
            "qwen2", new Splitting(words(QWEN_2), true, false),
            "deepseek-r1-qwen", new Splitting(words(QWEN_2), true, false),
            "tekken", new Splitting(words(TEKKEN), false, true)));

    public ByteLevelPairs {
        merges = List.copyOf(merges);
        if (!SPLITTINGS.containsKey(pre)) {
            throw new ModelFileException("tokenizer.ggml.pre '" + pre + "' (expected: one of "
                    + String.join(", ", SPLITTINGS.keySet()) + ")");
        }
    }

    @Override
    public JsonObject description(List<String> tokens, Set<Integer> special) {
        Splitting splitting = Objects.requireNonNull(SPLITTINGS.get(pre));
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        JsonObject model = new JsonObject()
                .put("type", "BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", splitting.wholeWords())
                .put("vocab", new JsonObject(vocabulary))
                .put("merges", new JsonArray(merges));
        return new JsonObject()
                .put("version", "1.0")
                .putNull("truncation")
                .putNull("padding")
                .put("added_tokens", new JsonArray())
                .put("normalizer", splitting.composed() ? new JsonObject().put("type", "NFC") : null)
                .put("pre_tokenizer", new JsonObject().put("type", "Sequence").put("pretokenizers", splitting.words()))
                .putNull("post_processor")
                .put("decoder", byteLevel(true))
                .put("model", model);
    }

    /** Whether prompts begin with the beginning-of-sequence token where a file does not say so. */
    boolean beginsPrompts() {
        return Objects.requireNonNull(SPLITTINGS.get(pre)).wholeWords();
    }

    private static JsonArray words(String regex) {
        JsonObject split = new JsonObject()
                .put("type", "Split")
                .put("pattern", new JsonObject().put("Regex", regex))
                .put("behavior", "Isolated")
                .put("invert", false);
        return new JsonArray().add(split).add(byteLevel(false));
    }

    private static JsonObject byteLevel(boolean splitting) {
        return new JsonObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", splitting);
    }

    @Override
    public byte[] bytes(int id, String token) {
        return ByteLevel.bytes(id, token);
    }

    @Override
    public SpacePrefix spacePrefix() {
        return SpacePrefix.NONE;
    }

    @Override
    public Stream<String> parts() {
        return Stream.concat(Stream.of("byte level", pre), merges.stream());
    }
}
