package io.insula.inference.decode.parts;

import java.util.List;
import java.util.Optional;

/** How a family of models writes tool calls into its answers. */
public enum ToolSyntax {
    /**
     * {@code <tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>}, as often as there are calls: Hermes, Qwen2.5, Qwen3,
     * SmolLM3, and the prompt for templates that know no tools.
     */
    HERMES,
    /**
     * {@code {"name": …, "parameters": {…}}} as the whole answer or behind {@code <|python_tag|>}, calls separated by
     * {@code ;}: Llama 3.1 to 3.3.
     */
    LLAMA,
    /** {@code [TOOL_CALLS][{"name": …, "arguments": {…}}, …]}: Mistral up to its tokenizer's third version. */
    MISTRAL_LIST,
    /** {@code [TOOL_CALLS]name[ARGS]{…}}, as often as there are calls: Mistral since. */
    MISTRAL_NAMED;

    /**
     * The syntax that a chat template asks for in its own text; empty when it asks for none of these, so that the model is
     * better asked in plain words for {@link #HERMES}.
     */
    public static Optional<ToolSyntax> of(String template) {
        if (template.contains("[TOOL_CALLS]")) {
            return Optional.of(template.contains("[ARGS]") ? MISTRAL_NAMED : MISTRAL_LIST);
        }
        // Others write XML or pairs of keys and values between the same tags.
        if (template.contains("<tool_call>") && !template.contains("<function=") && !template.contains("<arg_key>")) {
            return Optional.of(HERMES);
        }
        boolean llama = template.contains("<|python_tag|>") || template.contains("ipython");
        return llama && template.contains("\"parameters\": ") ? Optional.of(LLAMA) : Optional.empty();
    }

    /** The tag that calls follow. */
    Tag tag() {
        return switch (this) {
            case HERMES -> HermesBlock.BEGIN;
            case LLAMA -> LlamaBlock.BEGIN;
            case MISTRAL_LIST, MISTRAL_NAMED -> MistralBlock.BEGIN;
        };
    }

    /** Texts that may be control tokens of a model, which have no bytes of their own. */
    public List<String> marks() {
        return switch (this) {
            case HERMES -> List.of(tag().text(), HermesBlock.END.text());
            case LLAMA -> List.of(tag().text());
            case MISTRAL_LIST, MISTRAL_NAMED ->
                List.of(tag().text(), NamedCallBlock.ARGUMENTS.text(), NamedCallBlock.ID.text());
        };
    }

    /** What a grammar holds an answer of calls to. */
    public CallForm form() {
        return switch (this) {
            case HERMES ->
                new CallForm("", "<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n", "", "");
            case LLAMA -> new CallForm("", "{\"name\": \"", "\", \"parameters\": ", "}", "; ", "", tag().text());
            case MISTRAL_LIST ->
                new CallForm("[TOOL_CALLS][", "{\"name\": \"", "\", \"arguments\": ", "}", ", ", "]", "");
            case MISTRAL_NAMED -> new CallForm("", "[TOOL_CALLS]", "[ARGS]", "", "", "", "");
        };
    }

    /** What stands between the tag and the first call's name. */
    String heading() {
        String beginning = form().opening() + form().beforeName();
        return beginning.startsWith(tag().text())
                ? beginning.substring(tag().text().length())
                : beginning;
    }

    /** Whether an answer that begins with a bracket is a call without any tag. */
    boolean bare() {
        return this == LLAMA;
    }

    CallBlock block(CallSink calls) {
        return switch (this) {
            case HERMES -> new HermesBlock(calls);
            case LLAMA -> new LlamaBlock(calls);
            case MISTRAL_LIST, MISTRAL_NAMED -> new MistralBlock(calls);
        };
    }
}
