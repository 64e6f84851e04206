package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Refuses the fields of OpenAI's request whose effect is not implemented, unless they ask for no effect. */
final class NotYet {

    private static final List<String> ABSENT_OR_EMPTY =
            List.of("audio", "prediction", "web_search_options", "moderation");

    private NotYet() {}

    static void refuse(Fields fields) {
        for (String name : ABSENT_OR_EMPTY) {
            JsonNode value = fields.get(name);
            if (value != null && !(value.isContainerNode() && value.isEmpty())) {
                throw Fields.wrong(name, value, "absent or empty; not supported yet");
            }
        }
        refuseModalities(fields);
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
