package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Refuses the fields of OpenAI's request whose effect is not implemented, unless they ask for no effect. */
final class NotYet {

    private static final List<String> ABSENT_OR_EMPTY =
            List.of("tools", "functions", "logit_bias", "audio", "prediction", "web_search_options", "moderation");
    private static final List<String> ABSENT_OR_ZERO = List.of("frequency_penalty", "presence_penalty", "top_logprobs");
    private static final Set<String> NO_TOOL = Set.of("none", "auto");

    private NotYet() {}

    static void refuse(Fields fields) {
        for (String name : ABSENT_OR_EMPTY) {
            JsonNode value = fields.get(name);
            if (value != null && !(value.isContainerNode() && value.isEmpty())) {
                throw Fields.wrong(name, value, "absent or empty; not supported yet");
            }
        }
        for (String name : ABSENT_OR_ZERO) {
            JsonNode value = fields.get(name);
            if (value != null && !(value.isNumber() && value.decimalValue().signum() == 0)) {
                throw Fields.wrong(name, value, "0; not supported yet");
            }
        }
        refuseUnlessOne(fields);
        refuseToolChoice(fields, "tool_choice");
        refuseToolChoice(fields, "function_call");
        if (fields.flag("logprobs")) {
            throw Fields.wrong("logprobs", Objects.requireNonNull(fields.get("logprobs")), "false; not supported yet");
        }
        refuseFormat(fields);
        refuseModalities(fields);
    }

    private static void refuseUnlessOne(Fields fields) {
        JsonNode n = fields.get("n");
        if (n != null && !(n.isIntegralNumber() && n.canConvertToInt() && n.intValue() == 1)) {
            throw Fields.wrong("n", n, "1; more choices are not supported yet");
        }
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
