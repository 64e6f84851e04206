package io.insula.api.assistant;

import io.insula.api.dispatch.Generation;
import io.insula.api.error.ApiError;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.RequestId;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TenantId;
import io.insula.store.AssistantConfig;
import io.insula.store.AssistantConfigs;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves what a client calls {@code model} to a config, and joins the request with the config's prompt and defaults.
 *
 * <p>An absent config and another tenant's are answered alike, after the same work.
 */
public final class Assistants {

    private static final Logger LOG = LoggerFactory.getLogger(Assistants.class);
    private static final double DEFAULT_TEMPERATURE = 1;
    private static final double DEFAULT_TOP_P = 1;
    private static final String SYSTEM = "system";

    private final AssistantConfigs configs;
    private final LongSupplier seeds;

    /**
     * @param seeds draws the seed of a request that brings none
     */
    public Assistants(AssistantConfigs configs, LongSupplier seeds) {
        this.configs = configs;
        this.seeds = seeds;
    }

    /**
     * Finds a config.
     *
     * @param asked what the client sent, which errors repeat
     * @return fails with {@link ApiError.ModelNotFound} or {@link ApiError.StoreUnavailable}
     */
    public Future<AssistantConfig> find(TenantId tenant, String asked) {
        return find(tenant, asked, asked);
    }

    /** All configs of a tenant, newest first. */
    public Future<List<AssistantConfig>> list(TenantId tenant) {
        return configs.list(tenant).recover(Assistants::unavailable);
    }

    /**
     * Joins a request with its config.
     *
     * @param alias what the dialect reads the client's model name as
     * @return fails as {@link #find} does
     */
    public Future<Generation> resolve(TenantId tenant, RequestId id, ChatRequest request, UnaryOperator<String> alias) {
        return find(tenant, alias.apply(request.model()), request.model()).map(config -> join(id, request, config));
    }

    private Future<AssistantConfig> find(TenantId tenant, String name, String asked) {
        // The store cannot hold a name with NUL; asking it would be an error of the database.
        String storable = name.indexOf('\0') < 0 ? name : "";
        return configs.find(tenant, storable)
                .recover(Assistants::unavailable)
                .map(found -> found.orElseThrow(() -> new ApiError.ModelNotFound(asked).failure()));
    }

    private static <T> Future<T> unavailable(Throwable failure) {
        LOG.warn("assistant configs cannot be read; requests are answered 503", failure);
        return Future.failedFuture(new ApiError.StoreUnavailable().failure());
    }

    private Generation join(RequestId id, ChatRequest request, AssistantConfig config) {
        Long seed = request.seed();
        Integer maxTokens = first(request.maxTokens(), config.maxTokens());
        SamplingParameters sampling = new SamplingParameters(
                Objects.requireNonNullElse(first(request.temperature(), config.temperature()), DEFAULT_TEMPERATURE),
                Objects.requireNonNullElse(first(request.topP(), config.topP()), DEFAULT_TOP_P),
                seed != null ? seed : seeds.getAsLong());
        return new Generation(
                id,
                config.tenant(),
                1,
                config.id(),
                config.model(),
                withPrompt(config.systemPrompt(), request.messages()),
                sampling,
                StopConditions.of(maxTokens == null ? 0 : maxTokens, request.stop()),
                OutputOptions.TEXT,
                0);
    }

    /** Chat templates take one system message, at the start: the config's prompt and the request's leading ones join. */
    private static List<ChatMessage> withPrompt(@Nullable String prompt, List<ChatMessage> messages) {
        StringBuilder system = new StringBuilder(prompt == null ? "" : prompt);
        int leading = 0;
        while (leading < messages.size() && messages.get(leading).role().equals(SYSTEM)) {
            if (!system.isEmpty()) {
                system.append("\n\n");
            }
            system.append(messages.get(leading++).content());
        }
        if (system.isEmpty()) {
            return messages;
        }
        List<ChatMessage> joined = new ArrayList<>(messages.size() + 1);
        joined.add(new ChatMessage(SYSTEM, system.toString()));
        joined.addAll(messages.subList(leading, messages.size()));
        return joined;
    }

    private static <T> @Nullable T first(@Nullable T requested, @Nullable T configured) {
        return requested != null ? requested : configured;
    }
}
