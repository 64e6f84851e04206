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
 * @param name unique within the tenant; accepted in place of the id
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
        Instant createdAt) {}
