package io.insula.inference.text;

import io.insula.inference.text.jinja.RenderedPrompt;
import io.insula.inference.text.jinja.Template;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolDefinition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds out what a chat template knows by rendering small conversations and looking for their words. */
final class TemplateProbe {

    private static final Set<String> SWITCHES = Set.of("enable_thinking", "thinking", "reasoning_effort");

    /** Words that no template holds by itself. */
    private static final String SYSTEM = "qsysq";

    private static final String TOOL = "qtoolq";
    private static final String KEY = "qkeyq";
    private static final String VALUE = "qvalueq";
    private static final String RESULT = "qresultq";
    private static final String ID = "call_0123456789abcdefghijklmn";

    private static final ChatMessage USER = new ChatMessage("user", "x");
    private static final ChatMessage CALL = new ChatMessage(
            "assistant", "", "", List.of(new ToolCall(ID, TOOL, "{\"" + KEY + "\": \"" + VALUE + "\"}")), "", "");
    private static final ChatMessage ANSWER = new ChatMessage("tool", RESULT, "", List.of(), ID, TOOL);
    private static final ToolDefinition DEFINITION = new ToolDefinition(
            TOOL, "y", "{\"type\": \"object\", \"properties\": {\"" + KEY + "\": {\"type\": \"string\"}}}", false);

    /** Renders a conversation. */
    @FunctionalInterface
    interface Renderer {
        RenderedPrompt render(Conversation conversation, CallForm form);
    }

    private final Template template;
    private final Template withTools;
    private final Renderer renderer;
    private final Optional<CallForm> calls;

    TemplateProbe(Template template, Template withTools, Renderer renderer) {
        this.template = template;
        this.withTools = withTools;
        this.renderer = renderer;
        this.calls = findCallForm();
    }

    /** The form in which calls appear in the prompt; empty when they appear in none. */
    Optional<CallForm> callForm() {
        return calls;
    }

    /** The first form in which name and arguments appear, and the arguments are not quoted twice. */
    private Optional<CallForm> findCallForm() {
        for (boolean shortIds : new boolean[] {false, true}) {
            for (boolean objects : new boolean[] {true, false}) {
                for (boolean nullContent : new boolean[] {false, true}) {
                    CallForm form = new CallForm(objects, nullContent, shortIds);
                    if (writesCall(form)) {
                        return Optional.of(form);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private boolean writesCall(CallForm form) {
        for (List<ToolDefinition> tools : List.of(List.<ToolDefinition>of(), List.of(DEFINITION))) {
            String without = text(new Conversation(List.of(USER), tools, "{}"), form);
            String with = text(new Conversation(List.of(USER, CALL, ANSWER), tools, "{}"), form);
            if (count(with, TOOL) > count(without, TOOL)
                    && count(with, KEY) > count(without, KEY)
                    && with.contains(VALUE)
                    && !with.contains("\\\"" + KEY)) {
                return true;
            }
        }
        return false;
    }

    TemplateTraits traits() {
        CallForm form = calls.orElse(CallForm.USUAL);
        List<ToolDefinition> tools = List.of(DEFINITION);
        return new TemplateTraits(
                text(Conversation.of(List.of(new ChatMessage("system", SYSTEM), USER)), form)
                        .contains(SYSTEM),
                text(new Conversation(List.of(USER), tools, "{}"), form).contains(TOOL),
                calls.isPresent(),
                Stream.of(List.<ToolDefinition>of(), tools)
                        .anyMatch(given -> text(new Conversation(List.of(USER, CALL, ANSWER), given, "{}"), form)
                                .contains(RESULT)),
                SWITCHES.stream()
                        .filter(name -> template.reads(name) || withTools.reads(name))
                        .collect(Collectors.toSet()),
                template.text().contains("<think>") || template.text().contains("</think>"),
                prompt(Conversation.of(List.of(USER)), form)
                        .map(PromptTemplate::leavesThinking)
                        .orElse(false));
    }

    /** What a conversation becomes; nothing when the template refuses it. */
    private String text(Conversation conversation, CallForm form) {
        return prompt(conversation, form).map(RenderedPrompt::text).orElse("");
    }

    private Optional<RenderedPrompt> prompt(Conversation conversation, CallForm form) {
        try {
            return Optional.of(renderer.render(conversation, form));
        } catch (PromptException e) {
            return Optional.empty();
        }
    }

    private static int count(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }
}
