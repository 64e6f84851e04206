package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a model may call: {@code tools}, or {@code functions}, their older form.
 *
 * <p>Without tools a choice that asks for nothing, {@code none} or {@code auto}, is as good as none.
 *
 * <p><b>Source:</b> OpenAI's {@code CreateChatCompletionRequest}, {@code ChatCompletionToolChoiceOption} and
 * {@code ChatCompletionAllowedToolsChoice}.
 */
final class ToolFields {

    private static final String CHOICES =
            "\"none\", \"auto\", \"required\", {\"type\":\"function\",\"function\":{\"name\":…}} or an allowed_tools object";
    private static final String FUNCTION_CHOICES = "\"none\", \"auto\" or {\"name\":…}";
    private static final String A_TOOL = "an object with type and function";

    private final StructureLimits limits;
    private final Map<String, String> names = new HashMap<>();
    private boolean functions;

    ToolFields(StructureLimits limits) {
        this.limits = limits;
    }

    Tools read(Fields fields) {
        List<ToolDefinition> tools = tools(fields.get("tools"));
        List<ToolDefinition> older = functions(fields.get("functions"));
        boolean parallel = fields.get("parallel_tool_calls") == null || fields.flag("parallel_tool_calls");
        if (!tools.isEmpty() && !older.isEmpty()) {
            throw ApiError.invalid("functions", "beside tools (expected: one of the two)")
                    .failure();
        }
        functions = !older.isEmpty();
        Tools chosen = choose(fields.get("tool_choice"), tools, parallel);
        Tools called = callFunction(fields.get("function_call"), older);
        return functions ? called : chosen;
    }

    /** Whether the client spoke of functions. */
    boolean areFunctions() {
        return functions;
    }

    /** What the client calls the tools, by what engines call them, where that differs. */
    Map<String, String> names() {
        return names;
    }

    private List<ToolDefinition> tools(@Nullable JsonNode tools) {
        List<ToolDefinition> definitions = new ArrayList<>();
        if (tools == null) {
            return definitions;
        }
        Set<String> known = new HashSet<>();
        int index = 0;
        for (JsonNode tool : FunctionFields.array("tools", tools, "tools", limits.maxTools())) {
            String at = "tools[" + index++ + "]";
            ObjectNode object = FunctionFields.object(at, tool, A_TOOL);
            requireFunction(at, object);
            String function = at + ".function";
            add(
                    definitions,
                    known,
                    function,
                    FunctionFields.object(function, object.get("function"), "an object with name and parameters"));
        }
        return definitions;
    }

    private List<ToolDefinition> functions(@Nullable JsonNode functions) {
        List<ToolDefinition> definitions = new ArrayList<>();
        if (functions == null) {
            return definitions;
        }
        Set<String> known = new HashSet<>();
        int index = 0;
        for (JsonNode function : FunctionFields.array("functions", functions, "functions", limits.maxTools())) {
            String at = "functions[" + index + "]";
            add(definitions, known, at, FunctionFields.object(at, function, "an object with name and parameters"));
            names.put("tools[" + index + "]", at);
            names.put("tools[" + index++ + "].function", at);
        }
        return definitions;
    }

    private void add(List<ToolDefinition> definitions, Set<String> known, String at, ObjectNode function) {
        ToolDefinition definition = FunctionFields.read(at, function, limits);
        if (!known.add(definition.name())) {
            throw ApiError.invalid(at + ".name", definition.name() + " twice (expected: every name once)")
                    .failure();
        }
        definitions.add(definition);
    }

    private static void requireFunction(String at, ObjectNode tool) {
        JsonNode type = tool.get("type");
        if (type == null || type.isNull()) {
            throw Fields.missing(at + ".type", "\"function\"");
        }
        if (!"function".equals(type.textValue())) {
            throw Fields.wrong(at + ".type", type, "\"function\"; other kinds of tools are not supported");
        }
    }

    private Tools choose(@Nullable JsonNode choice, List<ToolDefinition> tools, boolean parallel) {
        if (choice == null) {
            return of(tools, new ToolChoice.Auto(), parallel);
        }
        if (choice instanceof ObjectNode object) {
            requireTools("tool_choice", choice, tools, "tools");
            return "allowed_tools".equals(object.path("type").textValue())
                    ? allowed(object, tools, parallel)
                    : new Tools(tools, named(object, tools), parallel);
        }
        return switch (choice.isTextual() ? choice.textValue() : "") {
            case "none" -> of(tools, new ToolChoice.None(), parallel);
            case "auto" -> of(tools, new ToolChoice.Auto(), parallel);
            case "required" -> {
                requireTools("tool_choice", choice, tools, "tools");
                yield new Tools(tools, new ToolChoice.Required(), parallel);
            }
            default -> throw Fields.wrong("tool_choice", choice, CHOICES);
        };
    }

    private static ToolChoice named(ObjectNode choice, List<ToolDefinition> tools) {
        if (!"function".equals(choice.path("type").textValue())) {
            throw Fields.wrong("tool_choice", choice, CHOICES);
        }
        return new ToolChoice.Named(functionOf("tool_choice", choice, tools));
    }

    /** The name of the tool that an object refers to. */
    private static String functionOf(String at, ObjectNode reference, List<ToolDefinition> tools) {
        String function = at + ".function";
        ObjectNode object = FunctionFields.object(function, reference.get("function"), "an object with name");
        return known(function + ".name", object.get("name"), tools, "tools");
    }

    private Tools allowed(ObjectNode choice, List<ToolDefinition> tools, boolean parallel) {
        String at = "tool_choice.allowed_tools";
        ObjectNode allowed = FunctionFields.object(at, choice.get("allowed_tools"), "an object with mode and tools");
        JsonNode mode = allowed.path("mode");
        ToolChoice chosen = switch (mode.isTextual() ? mode.textValue() : "") {
            case "auto" -> new ToolChoice.Auto();
            case "required" -> new ToolChoice.Required();
            default -> throw Fields.wrong(at + ".mode", mode, "\"auto\" or \"required\"");
        };
        JsonNode references = allowed.path("tools");
        if (!references.isArray() || references.isEmpty()) {
            throw Fields.wrong(at + ".tools", references, "an array of at least one of the tools");
        }
        Set<String> wanted = new HashSet<>();
        int index = 0;
        for (JsonNode reference : FunctionFields.array(at + ".tools", references, "tools", limits.maxTools())) {
            String tool = at + ".tools[" + index++ + "]";
            ObjectNode object = FunctionFields.object(tool, reference, A_TOOL);
            requireFunction(tool, object);
            wanted.add(functionOf(tool, object, tools));
        }
        return new Tools(only(wanted, tools), chosen, parallel);
    }

    private List<ToolDefinition> only(Set<String> wanted, List<ToolDefinition> tools) {
        List<ToolDefinition> kept = new ArrayList<>();
        for (int i = 0; i < tools.size(); i++) {
            if (wanted.contains(tools.get(i).name())) {
                names.put("tools[" + kept.size() + "]", "tools[" + i + "]");
                kept.add(tools.get(i));
            }
        }
        return kept;
    }

    /** One call at a time: the older form cannot say more. */
    private static Tools callFunction(@Nullable JsonNode choice, List<ToolDefinition> functions) {
        if (choice == null) {
            return of(functions, new ToolChoice.Auto(), false);
        }
        if (choice instanceof ObjectNode object) {
            requireTools("function_call", choice, functions, "functions");
            String name = known("function_call.name", object.get("name"), functions, "functions");
            return new Tools(functions, new ToolChoice.Named(name), false);
        }
        return switch (choice.isTextual() ? choice.textValue() : "") {
            case "none" -> of(functions, new ToolChoice.None(), false);
            case "auto" -> of(functions, new ToolChoice.Auto(), false);
            default -> throw Fields.wrong("function_call", choice, FUNCTION_CHOICES);
        };
    }

    private static Tools of(List<ToolDefinition> tools, ToolChoice choice, boolean parallel) {
        return tools.isEmpty() ? Tools.NONE : new Tools(tools, choice, parallel);
    }

    private static void requireTools(String at, JsonNode choice, List<ToolDefinition> tools, String where) {
        if (tools.isEmpty()) {
            throw Fields.wrong(at, choice, "\"none\" or \"auto\" without " + where);
        }
    }

    private static String known(String at, @Nullable JsonNode name, List<ToolDefinition> tools, String where) {
        String wanted = FunctionFields.name(at, name);
        if (tools.stream().noneMatch(tool -> tool.name().equals(wanted))) {
            throw ApiError.invalid(at, "\"" + wanted + "\" (expected: the name of one of the " + where + ")")
                    .failure();
        }
        return wanted;
    }
}
