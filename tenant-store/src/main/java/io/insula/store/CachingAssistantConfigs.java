package io.insula.store;

import com.github.benmanes.caffeine.cache.Ticker;
import io.insula.protocol.TenantId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Assistant configs over a slower source, remembered by tenant and by what the client sent. */
public final class CachingAssistantConfigs implements AssistantConfigs, StoreCache {

    private final AssistantConfigs source;
    private final LookupCache<Wanted, AssistantConfig> cache;

    public CachingAssistantConfigs(AssistantConfigs source, CacheConfig config) {
        this(source, config, Ticker.systemTicker());
    }

    CachingAssistantConfigs(AssistantConfigs source, CacheConfig config, Ticker ticker) {
        this.source = source;
        // A base model is asked for by a name that no config has; it can be answered while the store is away.
        this.cache = new LookupCache<>(config, LookupCache.Absences.STAYING, ticker);
    }

    @Override
    public Future<Optional<AssistantConfig>> find(TenantId tenant, String idOrName) {
        // What no config can be called is remembered as one and the same: it may be long, and there is much of it.
        String wanted = AssistantConfig.canBeCalled(idOrName) ? idOrName : "";
        return cache.find(new Wanted(tenant, wanted), () -> source.find(tenant, wanted));
    }

    /** Asks the source every time: a list is long, and is asked for seldom. */
    @Override
    public Future<List<AssistantConfig>> list(TenantId tenant) {
        return source.list(tenant);
    }

    @Override
    public void changed(StoreChange change) {
        switch (change.kind()) {
            case ASSISTANT_CONFIG, TENANT ->
                cache.forgetIf(config -> config.tenant().value().equals(change.tenant()));
            case ACCESS_KEY, PLATFORM_USER -> {
                // Says nothing about configs.
            }
        }
    }

    @Override
    public void doubt() {
        cache.doubt();
    }

    @Override
    public void clear() {
        cache.clear();
    }

    private record Wanted(TenantId tenant, String idOrName) {}
}
