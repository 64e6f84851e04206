package io.insula.api.assistant;

import io.insula.api.dispatch.Generation;
import io.insula.api.error.ApiError;
import io.insula.api.error.RequestFailure;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TenantId;
import io.insula.store.AssistantConfig;
import io.insula.store.AssistantConfigs;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves what a client calls {@code model} to a config, and joins the request with the config's prompt and defaults.
 *
 * <p>What is no config's id or name may be a base model's: then there is no prompt, and the defaults are the API's.
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
    private final Predicate<ModelName> baseModels;

    /**
     * @param seeds draws the seed of a request that brings none
     * @param baseModels whether an engine ever served a base model of that name
     */
    public Assistants(AssistantConfigs configs, LongSupplier seeds, Predicate<ModelName> baseModels) {
        this.configs = configs;
        this.seeds = seeds;
        this.baseModels = baseModels;
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
     * @param weight the tenant's share of an engine
     * @param alias what the dialect reads the client's model name as
     * @return fails as {@link #find} does, or with {@link ApiError.InvalidRequest} where the config allows less than asked
     */
    public Future<Generation> resolve(
            TenantId tenant, double weight, RequestId id, ChatRequest request, UnaryOperator<String> alias) {
        return find(tenant, alias.apply(request.model()), request.model())
                .map(config -> join(weight, id, request, config))
                .recover(failure -> isBaseModel(request.model(), failure)
                        ? Future.succeededFuture(direct(tenant, weight, id, request))
                        : Future.failedFuture(failure));
    }

    private boolean isBaseModel(String name, Throwable failure) {
        return failure instanceof RequestFailure known
                && known.error() instanceof ApiError.ModelNotFound
                && ModelName.isValid(name)
                && baseModels.test(new ModelName(name));
    }

    private Generation direct(TenantId tenant, double weight, RequestId id, ChatRequest request) {
        return new Generation(
                id,
                tenant,
                weight,
                null,
                new ModelName(request.model()),
                withPrompt(null, request.messages()),
                request.structure().tools(),
                request.structure().form(),
                request.structure().templateArguments(),
                request.sampling().with(DEFAULT_TEMPERATURE, DEFAULT_TOP_P, seeds.getAsLong()),
                request.stop(),
                request.form().output(),
                0);
    }

    private Future<AssistantConfig> find(TenantId tenant, String name, String asked) {
        // The store cannot hold a name with NUL; asking it would be an error of the database.
        String storable = name.indexOf('\0') < 0 ? name : "";
        return configs.find(tenant, storable)
                .recover(Assistants::unavailable)
                .map(found -> found.orElseThrow(() -> new ApiError.ModelNotFound(asked).failure()));
    }

    private static <T> Future<T> unavailable(Throwable failure) {
        LOG.warn("assistant configs cannot be read; requests are answered 503: {}", failure.toString());
        return Future.failedFuture(new ApiError.StoreUnavailable().failure());
    }

    private Generation join(double weight, RequestId id, ChatRequest request, AssistantConfig config) {
        return new Generation(
                id,
                config.tenant(),
                weight,
                config.id(),
                config.model(),
                withPrompt(config.systemPrompt(), request.messages()),
                request.structure().tools(),
                request.structure().form(),
                request.structure().templateArguments(),
                request.sampling()
                        .with(
                                Objects.requireNonNullElse(config.temperature(), DEFAULT_TEMPERATURE),
                                Objects.requireNonNullElse(config.topP(), DEFAULT_TOP_P),
                                seeds.getAsLong()),
                limited(request.stop(), config.maxTokens()),
                request.form().output(),
                0);
    }

    private static StopConditions limited(StopConditions stop, @Nullable Integer configured) {
        if (stop.maxTokens() != 0 || configured == null) {
            return stop;
        }
        if (stop.minTokens() > configured) {
            throw ApiError.invalid(
                            "min_tokens",
                            stop.minTokens() + " (expected: at most " + configured + ", the assistant's max_tokens)")
                    .failure();
        }
        return stop.withMaxTokens(configured);
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
}
