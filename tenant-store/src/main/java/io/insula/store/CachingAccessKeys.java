package io.insula.store;

import com.github.benmanes.caffeine.cache.Ticker;
import io.insula.protocol.TenantId;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/**
 * Access keys over a directory of digests, remembered so that most requests ask no database.
 *
 * <p>Every presented text takes the same way, whatever it contains: its digest is made, remembered answers are asked,
 * then the directory. A key is held in clear no longer than it takes to make its digest.
 */
public final class CachingAccessKeys implements AccessKeys, StoreCache {

    private final KeyDirectory directory;
    private final Pepper pepper;
    private final InstantSource clock;
    private final KeyMint mint = new KeyMint();
    private final LookupCache<KeyDigest, KeyGrant> cache;

    public CachingAccessKeys(KeyDirectory directory, Pepper pepper, CacheConfig config) {
        this(directory, pepper, config, InstantSource.system(), Ticker.systemTicker());
    }

    CachingAccessKeys(KeyDirectory directory, Pepper pepper, CacheConfig config, InstantSource clock, Ticker ticker) {
        this.directory = directory;
        this.pepper = pepper;
        this.clock = clock;
        this.cache = new LookupCache<>(config, LookupCache.Absences.ENDING, ticker);
    }

    @Override
    public Future<Optional<Principal>> find(String presented) {
        KeyDigest digest = pepper.digest(presented);
        return cache.find(digest, () -> directory.find(digest))
                .map(found ->
                        found.filter(grant -> grant.isGoodAt(clock.instant())).map(KeyGrant::principal));
    }

    @Override
    public Future<String> issue(TenantId tenant, UUID user, String name) {
        String key = mint.mint();
        KeyDigest digest = pepper.digest(key);
        return directory
                .add(tenant, user, name, digest, KeyMint.hint(key))
                .onSuccess(added -> cache.forget(digest))
                .map(key);
    }

    /** Ends a key for good; false when the tenant has no such key in use. */
    public Future<Boolean> revoke(TenantId tenant, UUID key) {
        return directory
                .revoke(tenant, key)
                .onSuccess(revoked ->
                        cache.forgetIf(grant -> grant.principal().key().equals(key)));
    }

    @Override
    public void changed(StoreChange change) {
        switch (change.kind()) {
            case ACCESS_KEY -> cache.forgetIf(grant -> grant.principal().key().equals(change.id()));
            case PLATFORM_USER ->
                cache.forgetIf(grant -> grant.principal().user().equals(change.id()));
            case TENANT ->
                cache.forgetIf(grant -> grant.principal().tenant().value().equals(change.id()));
            case ASSISTANT_CONFIG -> {
                // Says nothing about keys.
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
}
