package io.insula.inference.decode;

import io.insula.inference.decode.parts.CallRules;
import io.insula.inference.decode.parts.ReasoningStart;
import io.insula.inference.decode.parts.ReasoningTags;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the answers to one request are taken apart, and what they have to match.
 *
 * @param syntax the model's; null for plain text alone
 * @param reasoning where the reasoning stands behind the prompt
 * @param calls null: no text is a call
 * @param grammar begins the grammar of a choice; null: any text will do
 */
public record AnswerPlan(
        @Nullable AnswerSyntax syntax,
        ReasoningStart reasoning,
        @Nullable CallRules calls,
        @Nullable Supplier<GrammarMask> grammar) {

    /** Answers that are plain text. */
    public static final AnswerPlan TEXT = new AnswerPlan(null, ReasoningStart.NEVER, null, null);

    public AnswerPlan {
        if (syntax == null && (reasoning != ReasoningStart.NEVER || calls != null || grammar != null)) {
            throw new IllegalArgumentException("syntax: none (expected: the model's, for anything but text)");
        }
    }

    /** The tags around the reasoning. */
    ReasoningTags tags() {
        return syntax == null ? ReasoningTags.THINK : syntax.reasoning().orElse(ReasoningTags.THINK);
    }
}
