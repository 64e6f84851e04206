package io.insula.inference.text;

import io.insula.inference.weights.GgufMetadata;
import io.insula.inference.weights.ModelFileException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Reads the {@code tokenizer.*} keys of a GGUF file. */
final class GgufTokenizer {

    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int USER_DEFINED = 4;
    private static final int BYTE = 6;
    private static final String PREFIX = "tokenizer.ggml.";

    private GgufTokenizer() {}

    static TokenizerSpec read(GgufMetadata metadata) {
        List<String> tokens = metadata.strings(PREFIX + "tokens");
        long[] types = metadata.integers(PREFIX + "token_type");
        if (types.length != tokens.size()) {
            throw new ModelFileException(
                    "tokenizer: " + types.length + " token types (expected: " + tokens.size() + ")");
        }
        Set<Integer> control = new HashSet<>();
        Set<Integer> userDefined = new HashSet<>();
        Set<Integer> ends = new HashSet<>();
        int unknown = -1;
        for (int id = 0; id < types.length; id++) {
            if (types[id] == USER_DEFINED) {
                userDefined.add(id);
            } else if (types[id] != NORMAL && types[id] != BYTE) {
                control.add(id);
                unknown = types[id] == UNKNOWN ? id : unknown;
                if (EndTokens.contains(tokens.get(id))) {
                    ends.add(id);
                }
            }
        }
        for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
            id(metadata, key).ifPresent(ends::add);
        }
        String template = metadata.string("tokenizer.chat_template", "");
        String toolTemplate = metadata.string("tokenizer.chat_template.tool_use", "");
        String model = metadata.string(PREFIX + "model");
        TextEncoding encoding = switch (model) {
            case "gpt2" -> new ByteLevelPairs(metadata.string(PREFIX + "pre"), metadata.strings(PREFIX + "merges"));
            case "llama" -> pieces(metadata, unknown);
            default ->
                throw new ModelFileException("tokenizer.ggml.model '" + model
                        + "' (expected: gpt2, byte-level BPE, or llama, SentencePiece)");
        };
        return new TokenizerSpec(
                encoding,
                tokens,
                control,
                userDefined,
                ends,
                id(metadata, "bos_token_id"),
                id(metadata, "eos_token_id"),
                metadata.bool(PREFIX + "add_bos_token", beginsPrompts(encoding)),
                template.isEmpty() ? null : template,
                template.isEmpty() || toolTemplate.isEmpty() ? null : toolTemplate);
    }

    /** What llama.cpp takes for granted where the file does not say. */
    private static boolean beginsPrompts(TextEncoding encoding) {
        return !(encoding instanceof ByteLevelPairs pairs) || pairs.beginsPrompts();
    }

    private static SentencePieces pieces(GgufMetadata metadata, int unknown) {
        List<Double> scores =
                Arrays.stream(metadata.reals(PREFIX + "scores")).boxed().toList();
        boolean prefix = metadata.bool(PREFIX + "add_space_prefix", true);
        return new SentencePieces(scores, unknown, prefix ? SpacePrefix.ALWAYS : SpacePrefix.NONE);
    }

    private static OptionalInt id(GgufMetadata metadata, String key) {
        long id = metadata.integer(PREFIX + key, -1);
        return id < 0 || id > Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of((int) id);
    }
}
