package io.insula.api.openai;

import io.insula.api.json.JsonBytes;
import io.insula.store.AssistantConfig;
import java.util.List;

/** Writes assistant configs as OpenAI's models. */
public final class ModelsWriter {

    private static final String OWNER = "insula";

    private ModelsWriter() {}

    /** A list of models; empty is {@code []}, never null. */
    public static JsonBytes list(List<AssistantConfig> configs) {
        JsonBytes out = new JsonBytes(64 + 128 * configs.size()).raw("{\"object\":\"list\",\"data\":[");
        String separator = "";
        for (AssistantConfig config : configs) {
            model(out.raw(separator), config);
            separator = ",";
        }
        return out.raw("]}");
    }

    /** One model. */
    public static JsonBytes model(AssistantConfig config) {
        JsonBytes out = new JsonBytes(160);
        model(out, config);
        return out;
    }

    private static void model(JsonBytes out, AssistantConfig config) {
        out.raw("{\"id\":")
                .string(config.id().toString())
                .raw(",\"object\":\"model\",\"created\":")
                .number(config.createdAt().getEpochSecond())
                .raw(",\"owned_by\":")
                .string(OWNER)
                .raw("}");
    }
}
