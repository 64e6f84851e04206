package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import java.util.List;
import java.util.Map;

/**
 * Gives the View SDKs' names for request fields OpenAI's; where both are present, OpenAI's wins.
 *
 * <p>A request that brings its own provider, key or host is refused: the server does not call where a client points.
 */
final class ViewNames {

    private static final Map<String, String> OPENAI_NAMES = Map.of(
            "ModelName", "model",
            "Messages", "messages",
            "Temperature", "temperature",
            "TopP", "top_p",
            "MaxTokens", "max_tokens",
            "Stream", "stream");
    private static final List<String> FOREIGN =
            List.of("GenerationProvider", "GenerationApiKey", "OllamaHostname", "OllamaPort");

    private ViewNames() {}

    static ObjectNode translate(ObjectNode body) {
        ObjectNode root = body.size() == 1 && body.get("request") instanceof ObjectNode wrapped ? wrapped : body;
        for (String name : FOREIGN) {
            JsonNode value = root.get(name);
            if (value != null && !value.isNull() && !value.asText().isEmpty()) {
                throw ApiError.invalid(name, "present (expected: absent; name an assistant config as ModelName)")
                        .failure();
            }
        }
        for (Map.Entry<String, String> name : OPENAI_NAMES.entrySet()) {
            JsonNode value = root.remove(name.getKey());
            if (value != null && root.get(name.getValue()) == null) {
                root.set(name.getValue(), value);
            }
        }
        return root;
    }
}
