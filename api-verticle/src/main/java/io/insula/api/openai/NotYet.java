package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/** Refuses the fields of OpenAI's request whose effect is not implemented, unless they ask for no effect. */
final class NotYet {

    private static final List<String> ABSENT_OR_EMPTY =
            List.of("tools", "functions", "audio", "prediction", "web_search_options", "moderation");
    private static final Set<String> NO_TOOL = Set.of("none", "auto");

    private NotYet() {}

    static void refuse(Fields fields) {
        for (String name : ABSENT_OR_EMPTY) {
            JsonNode value = fields.get(name);
            if (value != null && !(value.isContainerNode() && value.isEmpty())) {
                throw Fields.wrong(name, value, "absent or empty; not supported yet");
            }
        }
        refuseToolChoice(fields, "tool_choice");
        refuseToolChoice(fields, "function_call");
        refuseFormat(fields);
        refuseModalities(fields);
    }

    private static void refuseToolChoice(Fields fields, String name) {
        JsonNode choice = fields.get(name);
        if (choice != null && !(choice.isTextual() && NO_TOOL.contains(choice.textValue()))) {
            throw Fields.wrong(name, choice, "\"none\"; tools are not supported yet");
        }
    }

    private static void refuseFormat(Fields fields) {
        JsonNode format = fields.get("response_format");
        if (format == null) {
            return;
        }
        JsonNode type = format.get("type");
        if (type == null || !"text".equals(type.textValue())) {
            throw Fields.wrong(
                    "response_format",
                    type == null ? format : type,
                    "{\"type\":\"text\"}; others are not supported yet");
        }
    }

    private static void refuseModalities(Fields fields) {
        JsonNode modalities = fields.get("modalities");
        if (modalities == null) {
            return;
        }
        if (!modalities.isArray()
                || modalities.size() != 1
                || !"text".equals(modalities.get(0).textValue())) {
            throw Fields.wrong("modalities", modalities, "[\"text\"]; others are not supported yet");
        }
    }
}
