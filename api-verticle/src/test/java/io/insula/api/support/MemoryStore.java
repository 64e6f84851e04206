package io.insula.api.support;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.TenantId;
import io.insula.store.AccessKeys;
import io.insula.store.AssistantConfig;
import io.insula.store.AssistantConfigs;
import io.insula.store.Principal;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keys and configs in memory, which counts how often it is asked and can be made to fail. */
public final class MemoryStore implements AccessKeys, AssistantConfigs {

    private final Map<String, Principal> keys = new ConcurrentHashMap<>();
    private final List<AssistantConfig> configs = new CopyOnWriteArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile boolean broken;

    public Principal key(String key, TenantId tenant, boolean builtIn) {
        return key(key, tenant, Principal.DEFAULT_WEIGHT, builtIn);
    }

    public Principal key(String key, TenantId tenant, double weight, boolean builtIn) {
        Principal principal = new Principal(UUID.randomUUID(), tenant, weight, UUID.randomUUID(), builtIn);
        keys.put(key, principal);
        return principal;
    }

    public AssistantConfig config(TenantId tenant, String name, @Nullable String systemPrompt) {
        return config(tenant, name, systemPrompt, null, null, null);
    }

    public AssistantConfig config(
            TenantId tenant,
            String name,
            @Nullable String systemPrompt,
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Integer maxTokens) {
        AssistantConfig config = new AssistantConfig(
                new ConfigId(UUID.randomUUID()),
                tenant,
                name,
                new ModelName("test-model"),
                systemPrompt,
                temperature,
                topP,
                maxTokens,
                Instant.parse("2026-01-02T03:04:05Z"));
        configs.addFirst(config);
        return config;
    }

    public void breakDown(boolean down) {
        broken = down;
    }

    /** The kinds of calls since the last time this was asked. */
    public List<String> takeCalls() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    @Override
    public Future<Optional<Principal>> find(String presented) {
        calls.add("key");
        return broken
                ? Future.failedFuture("the database is down")
                : Future.succeededFuture(Optional.ofNullable(keys.get(presented)));
    }

    @Override
    public Future<String> issue(TenantId tenant, UUID user, String name) {
        String key = UUID.randomUUID().toString();
        keys.put(key, new Principal(UUID.randomUUID(), tenant, Principal.DEFAULT_WEIGHT, user, false));
        return Future.succeededFuture(key);
    }

    @Override
    public Future<Optional<AssistantConfig>> find(TenantId tenant, String idOrName) {
        calls.add("config");
        return broken
                ? Future.failedFuture("the database is down")
                : Future.succeededFuture(configs.stream()
                        .filter(config -> config.tenant().equals(tenant))
                        .filter(config -> config.name().equals(idOrName)
                                || config.id().toString().equals(idOrName))
                        .findFirst());
    }

    @Override
    public Future<List<AssistantConfig>> list(TenantId tenant) {
        calls.add("list");
        return broken
                ? Future.failedFuture("the database is down")
                : Future.succeededFuture(configs.stream()
                        .filter(config -> config.tenant().equals(tenant))
                        .toList());
    }
}
