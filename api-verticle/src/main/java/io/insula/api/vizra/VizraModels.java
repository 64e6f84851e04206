package io.insula.api.vizra;

import java.util.Map;

/**
 * Which config each OpenAI model name stands for: an exact mapping, else the default for {@code gpt-…}, else the name.
 *
 * @param mapping config names by model name
 * @param defaultConfig the config of unmapped {@code gpt-…} names
 */
public record VizraModels(Map<String, String> mapping, String defaultConfig) {

    private static final String AGENT = "chat_agent";

    /** What a Vizra ADK installation starts with. */
    public static final VizraModels DEFAULT = new VizraModels(
            Map.of("gpt-4", AGENT, "gpt-4-turbo", AGENT, "gpt-3.5-turbo", AGENT, "gpt-4o", AGENT, "gpt-4o-mini", AGENT),
            AGENT);

    public VizraModels {
        mapping = Map.copyOf(mapping);
        if (defaultConfig.isBlank()) {
            throw new IllegalArgumentException("defaultConfig: blank (expected: a config's name or id)");
        }
    }

    String resolve(String model) {
        String mapped = mapping.get(model);
        if (mapped != null) {
            return mapped;
        }
        return model.startsWith("gpt-") ? defaultConfig : model;
    }
}
