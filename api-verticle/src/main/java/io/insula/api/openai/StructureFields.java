package io.insula.api.openai;

import io.insula.api.assistant.AnswerStructure;
import io.insula.api.error.ApiError;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.Tools;
import java.util.HashMap;
import java.util.Map;

/** Reads what an answer may call and must look like, and refuses the two together where a call is all that may come. */
final class StructureFields {

    private StructureFields() {}

    static AnswerStructure read(Fields fields, StructureLimits limits) {
        ToolFields toolFields = new ToolFields(limits);
        Tools tools = toolFields.read(fields);
        ResponseFormFields formFields = new ResponseFormFields(limits);
        ResponseForm form = formFields.read(fields);
        if (!(form instanceof ResponseForm.Text) && tools.choice().enforced()) {
            throw ApiError.invalid(
                            formFields.name(),
                            "present (expected: absent where " + choice(toolFields, tools.choice())
                                    + " makes every answer a call)")
                    .failure();
        }
        Map<String, String> names = new HashMap<>(toolFields.names());
        if (!formFields.name().equals(ResponseFormFields.FORMAT)) {
            for (String field : ResponseFormFields.FORMAT_FIELDS) {
                names.put(field, formFields.name());
            }
        }
        return new AnswerStructure(tools, form, TemplateFields.read(fields, limits), toolFields.areFunctions(), names);
    }

    private static String choice(ToolFields fields, ToolChoice choice) {
        return fields.areFunctions()
                ? "function_call"
                : choice instanceof ToolChoice.Required ? "tool_choice \"required\"" : "a named tool_choice";
    }
}
