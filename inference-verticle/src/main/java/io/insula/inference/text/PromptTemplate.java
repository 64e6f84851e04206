package io.insula.inference.text;

import io.insula.inference.text.jinja.RenderedPrompt;
import io.insula.inference.text.jinja.Template;
import io.insula.inference.text.jinja.TemplateException;
import io.insula.inference.text.jinja.TemplateLimits;
import io.insula.inference.text.jinja.Value;
import io.insula.inference.weights.ModelFileException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template, with what the model file and the template itself say about its use.
 *
 * <p><b>Thread:</b> any; immutable.
 */
final class PromptTemplate {

    /** For the trial conversations of a few words; a hostile template ends soon. */
    private static final TemplateLimits TRIAL = new TemplateLimits(100_000, 64, 16, 1 << 20);

    /**
     * The templates of a model.
     *
     * @param withTools for conversations with tools
     */
    private record Pair(Template plain, Template withTools) {

        static Pair of(TokenizerSpec spec, TemplateLimits limits) {
            Template plain = parse("template", spec.chatTemplate(), limits);
            return new Pair(
                    plain,
                    spec.toolTemplate() == null ? plain : parse("template 'tool_use'", spec.toolTemplate(), limits));
        }
    }

    private final Pair templates;
    private final Map<String, Value> special;
    private final Clock clock;
    private final CallForm form;
    private final TemplateTraits traits;

    /**
     * @param spec one that has a chat template
     * @param clock what templates that print today's date read
     */
    PromptTemplate(TokenizerSpec spec, Clock clock) {
        this.templates = Pair.of(spec, TemplateLimits.DEFAULT);
        this.clock = clock;
        Map<String, Value> tokens = new HashMap<>();
        spec.bos()
                .ifPresent(id ->
                        tokens.put("bos_token", Value.template(spec.tokens().get(id))));
        spec.eos()
                .ifPresent(id ->
                        tokens.put("eos_token", Value.template(spec.tokens().get(id))));
        this.special = Map.copyOf(tokens);
        Pair trial = Pair.of(spec, TRIAL);
        TemplateProbe probe = new TemplateProbe(
                trial.plain(), trial.withTools(), (conversation, calls) -> render(trial, conversation, calls));
        this.form = probe.callForm().orElse(CallForm.USUAL);
        this.traits = probe.traits();
    }

    private static Template parse(String name, @Nullable String text, TemplateLimits limits) {
        try {
            return Template.parse(name, text == null ? "" : text, limits);
        } catch (TemplateException e) {
            throw new ModelFileException("tokenizer.chat_template: " + e.getMessage(), e);
        }
    }

    TemplateTraits traits() {
        return traits;
    }

    /** The prompt as text, with the provenance of every character. */
    RenderedPrompt render(Conversation conversation) {
        return render(templates, conversation, form);
    }

    private RenderedPrompt render(Pair pair, Conversation conversation, CallForm calls) {
        Map<String, Value> variables = PromptVariables.of(conversation, calls, special);
        try {
            return (conversation.tools().isEmpty() ? pair.plain() : pair.withTools()).render(variables, clock);
        } catch (TemplateException e) {
            throw new PromptException(
                    e.refusal()
                            ? "the model's chat template refuses the conversation: " + e.getMessage()
                            : "the model's chat template cannot render the conversation: " + e.getMessage());
        }
    }

    /** Whether the template left a {@code <think>} of its own open at the end of a prompt. */
    static boolean leavesThinking(RenderedPrompt prompt) {
        if (prompt.spans().isEmpty() || !prompt.spans().getLast().trusted()) {
            return false;
        }
        String end = prompt.spans().getLast().text();
        return end.lastIndexOf("<think>") > end.lastIndexOf("</think>");
    }
}
