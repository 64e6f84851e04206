package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.insula.protocol.ResponseForm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an answer's text must look like: at most one of OpenAI's {@code response_format}, vLLM's
 * {@code structured_outputs}, and vLLM's older {@code guided_…}.
 *
 * <p><b>Source:</b> OpenAI's {@code ResponseFormat…}; vLLM's {@code StructuredOutputsParams}.
 */
final class ResponseFormFields {

    static final String FORMAT = "response_format";

    /** The field, and what of it an engine may find fault with. */
    static final List<String> FORMAT_FIELDS = List.of(FORMAT, FORMAT + ".json_schema", FORMAT + ".json_schema.schema");

    private static final List<String> OLDER = List.of("json", "regex", "choice");
    private static final List<String> UNSUPPORTED = List.of("grammar", "structural_tag");
    private static final String FORMATS =
            "{\"type\":\"text\"}, {\"type\":\"json_object\"} or {\"type\":\"json_schema\",…}";

    private final StructureLimits limits;
    private ResponseForm form = new ResponseForm.Text();
    private String name = FORMAT;

    ResponseFormFields(StructureLimits limits) {
        this.limits = limits;
    }

    ResponseForm read(Fields fields) {
        JsonNode format = fields.get(FORMAT);
        if (format != null) {
            take(FORMAT, format(format));
        }
        JsonNode outputs = fields.get("structured_outputs");
        if (outputs != null) {
            structuredOutputs(
                    FunctionFields.object("structured_outputs", outputs, "an object with json, regex or choice"));
        }
        for (String kind : OLDER) {
            JsonNode value = fields.get("guided_" + kind);
            if (value != null) {
                take("guided_" + kind, constraint(kind, "guided_" + kind, value));
            }
        }
        for (String kind : UNSUPPORTED) {
            refuse("guided_" + kind, fields.get("guided_" + kind));
        }
        return form;
    }

    /** The field that the form came from. */
    String name() {
        return name;
    }

    private void take(String field, ResponseForm next) {
        if (next instanceof ResponseForm.Text) {
            return;
        }
        if (!(form instanceof ResponseForm.Text)) {
            throw ApiError.invalid(field, "beside " + name + " (expected: one form of the answer)")
                    .failure();
        }
        form = next;
        name = field;
    }

    private ResponseForm format(JsonNode format) {
        if (!(format instanceof ObjectNode object)) {
            throw Fields.wrong(FORMAT, format, FORMATS);
        }
        JsonNode type = object.get("type");
        if (type == null || type.isNull()) {
            throw Fields.missing(FORMAT + ".type", FORMATS);
        }
        return switch (type.isTextual() ? type.textValue() : "") {
            case "text" -> new ResponseForm.Text();
            case "json_object" -> new ResponseForm.JsonObject();
            case "json_schema" -> jsonSchema(object.get("json_schema"));
            default -> throw Fields.wrong(FORMAT + ".type", type, FORMATS);
        };
    }

    private ResponseForm jsonSchema(@Nullable JsonNode value) {
        String at = FORMAT + ".json_schema";
        ObjectNode wrapped = FunctionFields.object(at, value, "an object with name and schema");
        Fields fields = new Fields(wrapped, at + ".");
        FunctionFields.name(at + ".name", fields.get("name"));
        fields.text("description");
        JsonNode schema = fields.get("schema");
        if (schema == null) {
            throw Fields.missing(at + ".schema", "a JSON Schema, an object");
        }
        return new ResponseForm.JsonSchema(
                FunctionFields.schema(at + ".schema", schema, limits), fields.flag("strict"));
    }

    private void structuredOutputs(ObjectNode outputs) {
        Fields fields = new Fields(outputs, "structured_outputs.");
        for (String kind : OLDER) {
            JsonNode value = fields.get(kind);
            if (value != null) {
                take("structured_outputs." + kind, constraint(kind, "structured_outputs." + kind, value));
            }
        }
        if (fields.flag("json_object")) {
            take("structured_outputs.json_object", new ResponseForm.JsonObject());
        }
        for (String kind : UNSUPPORTED) {
            refuse("structured_outputs." + kind, fields.get(kind));
        }
    }

    private ResponseForm constraint(String kind, String at, JsonNode value) {
        return switch (kind) {
            case "json" -> json(at, value);
            case "regex" -> regex(at, value);
            default -> choice(at, value);
        };
    }

    /** A schema, or its text. */
    private ResponseForm json(String at, JsonNode value) {
        if (!value.isTextual()) {
            return new ResponseForm.JsonSchema(FunctionFields.schema(at, value, limits), false);
        }
        if (value.textValue().length() > limits.maxSchemaChars()) {
            throw ApiError.invalid(
                            at,
                            "a JSON Schema of " + value.textValue().length() + " characters (expected: at most "
                                    + limits.maxSchemaChars() + ")")
                    .failure();
        }
        return new ResponseForm.JsonSchema(
                FunctionFields.schema(at, BodyParser.inner(at, value.textValue()), limits), false);
    }

    private ResponseForm regex(String at, JsonNode value) {
        String pattern = value.textValue();
        if (pattern == null || pattern.isEmpty() || pattern.length() > limits.maxPatternChars()) {
            throw Fields.wrong(at, value, "a regular expression of 1.." + limits.maxPatternChars() + " characters");
        }
        return new ResponseForm.Regex(Conversation.wellFormed(at, pattern));
    }

    private ResponseForm choice(String at, JsonNode value) {
        if (FunctionFields.array(at, value, "texts", limits.maxChoiceTexts()).isEmpty()) {
            throw Fields.wrong(at, value, "at least one text");
        }
        List<String> texts = new ArrayList<>(value.size());
        int chars = 0;
        for (JsonNode text : value) {
            String one = at + "[" + texts.size() + "]";
            if (!text.isTextual() || text.textValue().isEmpty()) {
                throw Fields.wrong(one, text, "a string that is not empty");
            }
            chars += text.textValue().length();
            if (chars > limits.maxSchemaChars()) {
                throw ApiError.invalid(
                                at,
                                "more than " + limits.maxSchemaChars() + " characters (expected: at most "
                                        + limits.maxSchemaChars() + " in all texts)")
                        .failure();
            }
            texts.add(Conversation.wellFormed(one, text.textValue()));
        }
        return new ResponseForm.Choice(texts);
    }

    private static void refuse(String at, @Nullable JsonNode value) {
        if (value != null) {
            throw Fields.wrong(at, value, "absent; supported are json, regex and choice");
        }
    }
}
