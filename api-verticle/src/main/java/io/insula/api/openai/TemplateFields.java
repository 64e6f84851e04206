package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the chat template is told beside the conversation: vLLM's {@code chat_template_kwargs}, and OpenAI's
 * {@code reasoning_effort}, which joins them.
 */
final class TemplateFields {

    private static final String KWARGS = "chat_template_kwargs";
    private static final String EFFORT = "reasoning_effort";
    private static final String THINKING = "enable_thinking";
    private static final Set<String> EFFORTS = Set.of("none", "minimal", "low", "medium", "high");

    /** They would replace the conversation, and with it the assistant's own prompt. */
    private static final Set<String> RESERVED = Set.of(
            "messages",
            "tools",
            "add_generation_prompt",
            "continue_final_message",
            "bos_token",
            "eos_token",
            "chat_template",
            "tokenize");

    private TemplateFields() {}

    /** The text of a JSON object. */
    static String read(Fields fields, StructureLimits limits) {
        JsonNode given = fields.get(KWARGS);
        if (given != null && !given.isObject()) {
            throw Fields.wrong(KWARGS, given, "an object");
        }
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        if (given instanceof ObjectNode object) {
            for (String name : RESERVED) {
                if (object.has(name)) {
                    throw ApiError.invalid(KWARGS + "." + name, "present (expected: absent; the server sets it)")
                            .failure();
                }
            }
            arguments.setAll(object);
        }
        String effort = effort(fields.get(EFFORT));
        if (effort != null) {
            put(arguments, EFFORT, arguments.textNode(effort), effort);
            if (effort.equals("none")) {
                put(arguments, THINKING, BooleanNode.FALSE, effort);
            }
        }
        return JsonText.of(KWARGS, arguments, "an object", limits.maxTemplateChars(), limits.maxNesting());
    }

    private static @Nullable String effort(@Nullable JsonNode effort) {
        if (effort == null) {
            return null;
        }
        if (!effort.isTextual() || !EFFORTS.contains(effort.textValue())) {
            throw Fields.wrong(EFFORT, effort, "\"none\", \"minimal\", \"low\", \"medium\" or \"high\"");
        }
        return effort.textValue();
    }

    private static void put(ObjectNode arguments, String name, JsonNode value, String effort) {
        JsonNode given = arguments.get(name);
        if (given != null && !given.equals(value)) {
            throw ApiError.invalid(
                            EFFORT,
                            "\"" + effort + "\" beside " + KWARGS + "." + name + " " + Fields.shown(given)
                                    + " (expected: one of the two, or both the same)")
                    .failure();
        }
        arguments.set(name, value);
    }
}
