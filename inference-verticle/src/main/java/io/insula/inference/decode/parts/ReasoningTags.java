package io.insula.inference.decode.parts;

import java.util.Optional;

/**
 * The tags that a family of models puts around its reasoning.
 *
 * @param open begins it
 * @param close ends it
 */
public record ReasoningTags(String open, String close) {

    /** DeepSeek-R1, Qwen3, SmolLM3 and those that followed. */
    public static final ReasoningTags THINK = new ReasoningTags("<think>", "</think>");

    /** Magistral. */
    public static final ReasoningTags BRACKETS = new ReasoningTags("[THINK]", "[/THINK]");

    /** Those that a chat template writes or looks for in its own text; empty when it knows nothing of reasoning. */
    public static Optional<ReasoningTags> of(String template) {
        if (template.contains(THINK.open) || template.contains(THINK.close)) {
            return Optional.of(THINK);
        }
        return template.contains(BRACKETS.open) ? Optional.of(BRACKETS) : Optional.empty();
    }
}
