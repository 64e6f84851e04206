package io.insula.inference.text;

import io.insula.inference.weights.GgufMetadata;
import io.insula.inference.weights.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a model file says about its tokenizer and chat template.
 *
 * @param pre name of the splitting into words, as GGUF names it: {@code smollm}
 * @param tokens text of every token, byte-level encoded but for control and user-defined ones
 * @param merges byte-pair merges, the most frequent first: two parts and a space between them
 * @param control ids of tokens that have a meaning and no text
 * @param userDefined ids of tokens that are recognised as a whole and have their text as it is
 * @param ends ids of the tokens that end a generation
 * @param bos the beginning-of-sequence token
 * @param eos the end-of-sequence token
 * @param addBos whether every prompt begins with the beginning-of-sequence token
 * @param chatTemplate the Jinja template; null for a model without one
 */
public record TokenizerSpec(
        String pre,
        List<String> tokens,
        List<String> merges,
        Set<Integer> control,
        Set<Integer> userDefined,
        Set<Integer> ends,
        OptionalInt bos,
        OptionalInt eos,
        boolean addBos,
        @Nullable String chatTemplate) {

    private static final int NORMAL = 1;
    private static final int USER_DEFINED = 4;
    private static final int BYTE = 6;
    private static final String PREFIX = "tokenizer.ggml.";

    /** Control tokens that end a turn under whatever name the file gives its end token. */
    private static final Set<String> END_TEXTS = Set.of(
            "<|endoftext|>",
            "<|im_end|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|end_of_text|>",
            "<|end|>",
            "<end_of_turn>",
            "</s>");

    public TokenizerSpec {
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
        control = Set.copyOf(control);
        userDefined = Set.copyOf(userDefined);
        ends = Set.copyOf(ends);
        if (tokens.isEmpty()) {
            throw new ModelFileException("tokenizer: no tokens (expected: at least one)");
        }
        if (ends.isEmpty()) {
            throw new ModelFileException("tokenizer: no end token (expected: at least one)");
        }
        List<Integer> ids = new ArrayList<>(ends);
        ids.addAll(control);
        ids.addAll(userDefined);
        bos.ifPresent(ids::add);
        eos.ifPresent(ids::add);
        for (int id : ids) {
            if (id < 0 || id >= tokens.size()) {
                throw new ModelFileException(
                        "tokenizer: token id " + id + " (expected: 0.." + (tokens.size() - 1) + ")");
            }
        }
    }

    /** Reads the {@code tokenizer.*} keys of a GGUF file. */
    public static TokenizerSpec from(GgufMetadata metadata) {
        String model = metadata.string(PREFIX + "model");
        if (!model.equals("gpt2")) {
            throw new ModelFileException("tokenizer model '" + model + "' (expected: gpt2, byte-level BPE)");
        }
        List<String> tokens = metadata.strings(PREFIX + "tokens");
        long[] types = metadata.integers(PREFIX + "token_type");
        if (types.length != tokens.size()) {
            throw new ModelFileException(
                    "tokenizer: " + types.length + " token types (expected: " + tokens.size() + ")");
        }
        Set<Integer> control = new HashSet<>();
        Set<Integer> userDefined = new HashSet<>();
        Set<Integer> ends = new HashSet<>();
        for (int id = 0; id < types.length; id++) {
            if (types[id] == USER_DEFINED) {
                userDefined.add(id);
            } else if (types[id] != NORMAL && types[id] != BYTE) {
                control.add(id);
                if (END_TEXTS.contains(tokens.get(id))) {
                    ends.add(id);
                }
            }
        }
        for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
            id(metadata, key).ifPresent(ends::add);
        }
        String template = metadata.string("tokenizer.chat_template", "");
        return new TokenizerSpec(
                metadata.string(PREFIX + "pre"),
                tokens,
                metadata.strings(PREFIX + "merges"),
                control,
                userDefined,
                ends,
                id(metadata, "bos_token_id"),
                id(metadata, "eos_token_id"),
                metadata.bool(PREFIX + "add_bos_token", false),
                template.isEmpty() ? null : template);
    }

    /** Identifies everything that decides which ids a conversation becomes: SHA-256, hexadecimal. */
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(pre, bos.toString(), eos.toString(), addBos + "", chatTemplate + "")) {
                update(digest, part);
            }
            tokens.forEach(token -> update(digest, token));
            merges.forEach(merge -> update(digest, merge));
            for (Set<Integer> ids : List.of(control, userDefined, ends)) {
                update(digest, new TreeSet<>(ids).toString());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, String part) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    private static OptionalInt id(GgufMetadata metadata, String key) {
        long id = metadata.integer(PREFIX + key, -1);
        return id < 0 || id > Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of((int) id);
    }
}
