package io.insula.store;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant calls as {@code model}: a base model with a system prompt and defaults, which a request may override.
 *
 * @param id unique within the tenant
 * @param name 1..256 characters, unique within the tenant whatever their case; accepted in place of the id
 * @param systemPrompt put before the conversation; null for none
 * @param temperature 0..2; null leaves the model's default
 * @param topP 0..1; null leaves the model's default
 * @param maxTokens at least 1; null allows the remaining room of the context
 */
public record AssistantConfig(
        ConfigId id,
        TenantId tenant,
        String name,
        ModelName model,
        @Nullable String systemPrompt,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer maxTokens,
        Instant createdAt) {

    private static final int MAX_NAME_LENGTH = 256;

    public AssistantConfig {
        if (!canBeCalled(name)) {
            throw new IllegalArgumentException(
                    "name: " + name.length() + " characters (expected: 1.." + MAX_NAME_LENGTH + ", none of them NUL)");
        }
        if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature: " + temperature + " (expected: 0..2)");
        }
        if (topP != null && !(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p: " + topP + " (expected: 0..1)");
        }
        if (maxTokens != null && maxTokens < 1) {
            throw new IllegalArgumentException("max_tokens: " + maxTokens + " (expected: at least 1)");
        }
    }

    /** Whether a config can have this id or name at all. */
    public static boolean canBeCalled(String idOrName) {
        return !idOrName.isEmpty() && idOrName.length() <= MAX_NAME_LENGTH && idOrName.indexOf('\0') < 0;
    }
}
