package io.insula.store.postgres;

import io.insula.store.StoreCache;
import io.insula.store.StoreChange;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.pubsub.PgSubscriber;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to what the database announces and makes the caches forget it.
 *
 * <p>What is announced while no connection stands is lost, so each new subscription forgets everything.
 */
final class ChangeSubscription {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeSubscription.class);
    private static final String CHANNEL = "insula_changed";
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final int LONGEST_PAUSE_DOUBLINGS = 5;

    private final PgSubscriber subscriber;
    private final List<StoreCache> caches;

    ChangeSubscription(Vertx vertx, PgConnectOptions options, List<StoreCache> caches) {
        this.caches = caches;
        subscriber = PgSubscriber.subscriber(vertx, options)
                .reconnectPolicy(retries -> FIRST_PAUSE_MILLIS << Math.min(retries, LONGEST_PAUSE_DOUBLINGS));
        subscriber
                .channel(CHANNEL)
                .subscribeHandler(ignored -> {
                    LOG.info("Listening to changes in the database");
                    caches.forEach(StoreCache::clear);
                })
                .handler(this::announced);
    }

    /** Completes with the first connection; tries until then. */
    Future<Void> open() {
        return subscriber.connect();
    }

    Future<Void> close() {
        return subscriber.close();
    }

    private void announced(String text) {
        StoreChange.parse(text)
                .ifPresentOrElse(
                        change -> caches.forEach(cache -> cache.changed(change)),
                        () -> caches.forEach(StoreCache::clear));
    }
}
