package io.insula.inference.text;

import java.util.Set;

/**
 * What a model's chat template knows, found by reading it and by rendering small conversations.
 *
 * @param system whether it writes a system message
 * @param tools whether it writes the definitions of tools
 * @param toolCalls whether it writes an assistant's calls of tools
 * @param toolResults whether it writes a tool's answers
 * @param switches the names among {@code enable_thinking}, {@code thinking} and {@code reasoning_effort} that it reads
 * @param thinks whether its text holds {@code <think>} or {@code </think>}
 * @param opensThinking whether its generation prompt ends inside {@code <think>} when no switch is given
 */
public record TemplateTraits(
        boolean system,
        boolean tools,
        boolean toolCalls,
        boolean toolResults,
        Set<String> switches,
        boolean thinks,
        boolean opensThinking) {

    /** No template, or one that knows messages alone. */
    public static final TemplateTraits NONE = new TemplateTraits(false, false, false, false, Set.of(), false, false);

    public TemplateTraits {
        switches = Set.copyOf(switches);
    }

    /** Whether {@code enable_thinking} changes anything. */
    public boolean readsEnableThinking() {
        return switches.contains("enable_thinking");
    }

    /** Whether {@code reasoning_effort} changes anything. */
    public boolean readsReasoningEffort() {
        return switches.contains("reasoning_effort");
    }
}
