package io.insula.inference.text;

import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.GgufMetadata;
import io.insula.inference.weights.HuggingFaceFolder;
import io.insula.inference.weights.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint says about its tokenizer and chat template.
 *
 * @param encoding how text becomes tokens and back
 * @param tokens text of every token, as its encoding writes it but for control and user-defined ones
 * @param control ids of tokens that have a meaning and no text
 * @param userDefined ids of tokens that are recognised as a whole and have their text as it is
 * @param ends ids of the tokens that end a generation
 * @param bos the beginning-of-sequence token
 * @param eos the end-of-sequence token
 * @param addBos whether every prompt begins with the beginning-of-sequence token
 * @param chatTemplate the Jinja template; null for a model without one
 * @param toolTemplate the Jinja template for conversations with tools; null where the same serves for both
 */
public record TokenizerSpec(
        TextEncoding encoding,
        List<String> tokens,
        Set<Integer> control,
        Set<Integer> userDefined,
        Set<Integer> ends,
        OptionalInt bos,
        OptionalInt eos,
        boolean addBos,
        @Nullable String chatTemplate,
        @Nullable String toolTemplate) {

    public TokenizerSpec {
        tokens = List.copyOf(tokens);
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

    /** One whose template serves with and without tools. */
    public TokenizerSpec(
            TextEncoding encoding,
            List<String> tokens,
            Set<Integer> control,
            Set<Integer> userDefined,
            Set<Integer> ends,
            OptionalInt bos,
            OptionalInt eos,
            boolean addBos,
            @Nullable String chatTemplate) {
        this(encoding, tokens, control, userDefined, ends, bos, eos, addBos, chatTemplate, null);
    }

    /**
     * Reads the tokenizer of a checkpoint.
     *
     * @throws ModelFileException for a tokenizer of an unknown kind, never a guess
     */
    public static TokenizerSpec from(Checkpoint checkpoint) {
        return switch (checkpoint) {
            case GgufFile file -> GgufTokenizer.read(file.metadata());
            case HuggingFaceFolder folder -> new HuggingFaceTokenizerFiles(folder).read();
        };
    }

    /** Reads the tokenizer of a GGUF file. */
    public static TokenizerSpec from(GgufMetadata metadata) {
        return GgufTokenizer.read(metadata);
    }

    /** Identifies everything that decides which ids a conversation becomes: SHA-256, hexadecimal. */
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(bos.toString(), eos.toString(), addBos + "", chatTemplate + "")) {
                update(digest, part);
            }
            if (toolTemplate != null) {
                update(digest, toolTemplate);
            }
            tokens.forEach(token -> update(digest, token));
            encoding.parts().forEach(part -> update(digest, part));
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
}
