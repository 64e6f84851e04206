package io.insula.inference.text;

import java.util.Set;

/** Control tokens that end a turn under whatever name a checkpoint gives its end token. */
final class EndTokens {

    private static final Set<String> TEXTS = Set.of(
            "<|endoftext|>",
            "<|im_end|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|end_of_text|>",
            "<|end|>",
            "<end_of_turn>",
            "</s>");

    private EndTokens() {}

    static boolean contains(String token) {
        return TEXTS.contains(token);
    }
}
