package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.insula.protocol.ToolDefinition;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one function: what it is called, what it is for and what it takes.
 *
 * <p><b>Source:</b> OpenAI's {@code FunctionObject}.
 */
final class FunctionFields {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final String NAME_ALLOWED = "1..64 letters, digits, _ or -";

    private FunctionFields() {}

    static ToolDefinition read(String at, ObjectNode function, StructureLimits limits) {
        Fields fields = new Fields(function, at + ".");
        return new ToolDefinition(
                name(at + ".name", fields.get("name")),
                Conversation.wellFormed(
                        at + ".description", Objects.requireNonNullElse(fields.text("description"), "")),
                schema(at + ".parameters", fields.get("parameters"), limits),
                fields.flag("strict"));
    }

    static String name(String at, @Nullable JsonNode name) {
        if (name == null) {
            throw Fields.missing(at, NAME_ALLOWED);
        }
        if (!name.isTextual() || !NAME.matcher(name.textValue()).matches()) {
            throw Fields.wrong(at, name, NAME_ALLOWED);
        }
        return name.textValue();
    }

    /** The text of a JSON Schema; nothing allows everything. */
    static String schema(String at, @Nullable JsonNode schema, StructureLimits limits) {
        if (schema == null) {
            return "{}";
        }
        if (!schema.isObject()) {
            throw Fields.wrong(at, schema, "a JSON Schema, an object");
        }
        return JsonText.of(at, schema, "a JSON Schema", limits.maxSchemaChars(), limits.maxNesting());
    }

    /** An object below a field, which must be there. */
    static ObjectNode object(String at, @Nullable JsonNode value, String allowed) {
        if (value == null || value.isNull()) {
            throw Fields.missing(at, allowed);
        }
        if (!(value instanceof ObjectNode object)) {
            throw Fields.wrong(at, value, allowed);
        }
        return object;
    }

    /** An array of at most so many. */
    static JsonNode array(String at, JsonNode value, String elements, int most) {
        String allowed = "an array of at most " + most + " " + elements;
        if (!value.isArray()) {
            throw Fields.wrong(at, value, allowed);
        }
        if (value.size() > most) {
            throw ApiError.invalid(at, value.size() + " " + elements + " (expected: " + allowed + ")")
                    .failure();
        }
        return value;
    }
}
