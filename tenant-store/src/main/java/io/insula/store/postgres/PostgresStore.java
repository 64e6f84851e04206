package io.insula.store.postgres;

import io.insula.store.AssistantConfigs;
import io.insula.store.CacheConfig;
import io.insula.store.CachingAccessKeys;
import io.insula.store.CachingAssistantConfigs;
import io.insula.store.Pepper;
import io.insula.store.UsageLedger;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that one program asks of the database, with its connections and caches; one for all verticles.
 *
 * <p><b>Thread:</b> the ports are safe on any event loop; futures complete on their caller's context.
 */
public final class PostgresStore {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresStore.class);

    private final Sessions sessions;
    private final CachingAccessKeys accessKeys;
    private final CachingAssistantConfigs assistantConfigs;
    private final UsageLedger usage;
    private final ChangeSubscription changes;
    private final Future<Void> listening;

    private PostgresStore(Vertx vertx, StoreConfig config, Pepper pepper, CacheConfig cache) {
        sessions = new Sessions(vertx, config);
        accessKeys = new CachingAccessKeys(new PostgresAccessKeys(sessions), pepper, cache);
        assistantConfigs = new CachingAssistantConfigs(new PostgresAssistantConfigs(sessions), cache);
        usage = new PostgresUsageLedger(sessions);
        changes = new ChangeSubscription(vertx, Sessions.connectOptions(config), List.of(accessKeys, assistantConfigs));
        listening = changes.open()
                .onFailure(
                        cause -> LOG.error("Changes in the database are not listened to; caches expire only", cause));
    }

    /**
     * Opens connections as they are needed; the database may be away now and later.
     *
     * @param config as {@link Migrations#run} returned it, for the account without rights of ownership
     */
    public static PostgresStore open(Vertx vertx, StoreConfig config, Pepper pepper, CacheConfig cache) {
        return new PostgresStore(vertx, config, pepper, cache);
    }

    public CachingAccessKeys accessKeys() {
        return accessKeys;
    }

    public AssistantConfigs assistantConfigs() {
        return assistantConfigs;
    }

    public UsageLedger usage() {
        return usage;
    }

    /** How often the database was asked since the start; what a cache answered does not count. */
    public long storeCalls() {
        return sessions.calls();
    }

    /** Completes when changes made elsewhere are heard of for the first time. */
    public Future<Void> listening() {
        return listening;
    }

    /** Completes when the caches have forgotten what was changed before this call, by whomever. */
    public Future<Void> caughtUp() {
        return changes.caughtUp();
    }

    public Future<Void> close() {
        return changes.close().eventually(sessions::close);
    }
}
