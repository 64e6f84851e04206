package io.insula.inference.text;

import io.insula.inference.text.jinja.Value;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolDefinition;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A conversation as the variables that chat templates read, named as {@code apply_chat_template} of transformers names them. */
final class PromptVariables {

    /** Role names cannot be chosen beyond these, so templates may build special tokens from them: {@code <|user|>}. */
    private static final Set<String> ROLES =
            Set.of("system", "developer", "user", "assistant", "tool", "function", "ipython");

    /** What a client's template arguments cannot say: the conversation itself, and what the interpreter defines. */
    private static final Set<String> RESERVED = Set.of(
            "messages",
            "tools",
            "add_generation_prompt",
            "bos_token",
            "eos_token",
            "dict",
            "namespace",
            "raise_exception",
            "range",
            "strftime_now");

    private static final Value FUNCTION = Value.template("function");
    private static final Value NO_PARAMETERS = noParameters();

    private PromptVariables() {}

    /**
     * The variables of one rendering.
     *
     * @param special the model's own tokens by the names that templates have for them
     */
    static Map<String, Value> of(Conversation conversation, CallForm form, Map<String, Value> special) {
        Map<String, Value> variables = new HashMap<>(special);
        variables.put("documents", Value.template(null));
        arguments(conversation.templateArguments(), variables);
        variables.put(
                "messages",
                Value.data(conversation.messages().stream()
                        .map(message -> message(message, form))
                        .toList()));
        variables.put(
                "tools",
                conversation.tools().isEmpty()
                        ? Value.template(null)
                        : Value.data(conversation.tools().stream()
                                .map(PromptVariables::tool)
                                .toList()));
        variables.put("add_generation_prompt", Value.template(true));
        return variables;
    }

    private static void arguments(String json, Map<String, Value> variables) {
        Map<String, Value> given = JsonValues.object(json)
                .orElseThrow(() -> new PromptException("chat_template_kwargs: no JSON object (expected: an object)"));
        for (String name : given.keySet()) {
            if (RESERVED.contains(name)) {
                throw new PromptException("chat_template_kwargs." + name
                        + ": set by the server (expected: any names but " + String.join(", ", new TreeSet<>(RESERVED))
                        + ")");
            }
        }
        variables.putAll(given);
    }

    private static Map<String, Value> message(ChatMessage message, CallForm form) {
        Map<String, Value> fields = new LinkedHashMap<>();
        String role = message.role();
        boolean absent = form.nullContent()
                && message.content().isEmpty()
                && !message.toolCalls().isEmpty();
        fields.put("role", ROLES.contains(role) ? Value.template(role) : Value.data(role));
        fields.put("content", Value.data(absent ? null : message.content()));
        if (!message.reasoning().isEmpty()) {
            fields.put("reasoning_content", Value.data(message.reasoning()));
            fields.put("reasoning", Value.data(message.reasoning()));
        }
        if (!message.toolCalls().isEmpty()) {
            fields.put(
                    "tool_calls",
                    Value.data(message.toolCalls().stream()
                            .map(call -> call(call, form))
                            .toList()));
        }
        if (!message.toolCallId().isEmpty()) {
            fields.put("tool_call_id", Value.data(form.id(message.toolCallId())));
        }
        if (!message.name().isEmpty()) {
            fields.put("name", Value.data(message.name()));
        }
        return fields;
    }

    private static Map<String, Value> call(ToolCall call, CallForm form) {
        Map<String, Value> function = new LinkedHashMap<>();
        function.put("name", Value.data(call.name()));
        String text = call.arguments().isBlank() ? "{}" : call.arguments();
        Optional<Map<String, Value>> object = form.objects() ? JsonValues.object(text) : Optional.empty();
        function.put("arguments", object.map(Value::data).orElseGet(() -> Value.data(text)));
        Map<String, Value> fields = new LinkedHashMap<>();
        if (!call.id().isEmpty()) {
            fields.put("id", Value.data(form.id(call.id())));
        }
        fields.put("type", FUNCTION);
        fields.put("function", Value.data(function));
        return fields;
    }

    private static Map<String, Value> tool(ToolDefinition tool) {
        Map<String, Value> parameters = JsonValues.object(tool.parameters())
                .orElseThrow(() -> new PromptException(
                        "tools: parameters of " + tool.name() + " are no JSON object (expected: a JSON Schema)"));
        Map<String, Value> function = new LinkedHashMap<>();
        function.put("name", Value.data(tool.name()));
        function.put("description", Value.data(tool.description()));
        function.put("parameters", parameters.isEmpty() ? NO_PARAMETERS : Value.data(parameters));
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("type", FUNCTION);
        fields.put("function", Value.data(function));
        return fields;
    }

    private static Value noParameters() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", Map.of());
        return Value.template(schema);
    }
}
