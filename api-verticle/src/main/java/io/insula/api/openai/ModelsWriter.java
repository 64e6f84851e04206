package io.insula.api.openai;

import io.insula.api.json.JsonBytes;
import io.insula.protocol.ModelName;
import io.insula.store.AssistantConfig;
import java.util.List;

/** Writes assistant configs, and the models that engines serve, as OpenAI's models. */
public final class ModelsWriter {

    private static final String OWNER = "insula";

    private ModelsWriter() {}

    /** A list of models: the configs, then the served ones; empty is {@code []}, never null. */
    public static JsonBytes list(List<AssistantConfig> configs, List<ModelName> served) {
        JsonBytes out =
                new JsonBytes(64 + 128 * (configs.size() + served.size())).raw("{\"object\":\"list\",\"data\":[");
        String separator = "";
        for (AssistantConfig config : configs) {
            model(out.raw(separator), config);
            separator = ",";
        }
        for (ModelName model : served) {
            model(out.raw(separator), model);
            separator = ",";
        }
        return out.raw("]}");
    }

    /** A model that engines serve. */
    public static JsonBytes model(ModelName model) {
        JsonBytes out = new JsonBytes(160);
        model(out, model);
        return out;
    }

    /** One model. */
    public static JsonBytes model(AssistantConfig config) {
        JsonBytes out = new JsonBytes(160);
        model(out, config);
        return out;
    }

    private static void model(JsonBytes out, AssistantConfig config) {
        model(out, config.id().toString(), config.createdAt().getEpochSecond());
    }

    /** When a model was made is known to nobody here. */
    private static void model(JsonBytes out, ModelName model) {
        model(out, model.value(), 0);
    }

    private static void model(JsonBytes out, String id, long created) {
        out.raw("{\"id\":")
                .string(id)
                .raw(",\"object\":\"model\",\"created\":")
                .number(created)
                .raw(",\"owned_by\":")
                .string(OWNER)
                .raw("}");
    }
}
