package io.insula.store.postgres;

import io.insula.store.StoreCache;
import io.insula.store.StoreChange;
import io.insula.store.StoreUnavailable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.pubsub.PgSubscriber;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to what the database announces and makes the caches forget it.
 *
 * <p>What is announced while no connection stands is lost, so each new subscription makes the caches doubt everything: they
 * ask again before they use anything, as long as the database answers.
 */
final class ChangeSubscription {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeSubscription.class);
    private static final String CHANNEL = "insula_changed";
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final int LONGEST_PAUSE_DOUBLINGS = 5;

    private static final String MARKER = "marker ";
    private static final long LONGEST_WAIT_SECONDS = 5;

    private final PgSubscriber subscriber;
    private final ConcurrentMap<String, Promise<Void>> markers = new ConcurrentHashMap<>();
    private final List<StoreCache> caches;

    ChangeSubscription(Vertx vertx, PgConnectOptions options, List<StoreCache> caches) {
        this.caches = caches;
        subscriber = PgSubscriber.subscriber(vertx, options)
                .reconnectPolicy(retries -> FIRST_PAUSE_MILLIS << Math.min(retries, LONGEST_PAUSE_DOUBLINGS));
        subscriber
                .channel(CHANNEL)
                .subscribeHandler(ignored -> {
                    LOG.info("Listening to changes in the database");
                    caches.forEach(StoreCache::doubt);
                })
                .handler(this::announced);
    }

    /** Completes with the first connection; tries until then. */
    Future<Void> open() {
        return subscriber.connect();
    }

    /**
     * Completes when all that was committed before this call has been heard of: announcements arrive in the order of
     * their commits, so a marker of our own comes last.
     *
     * <p><b>Errors:</b> {@link StoreUnavailable} while no connection stands; a time-out when it breaks meanwhile.
     */
    Future<Void> caughtUp() {
        SqlConnection connection = subscriber.actualConnection();
        if (connection == null) {
            return Future.failedFuture(
                    new StoreUnavailable("changes are not listened to", new IOException("no connection")));
        }
        String marker = MARKER + UUID.randomUUID();
        Promise<Void> heard = Promise.promise();
        markers.put(marker, heard);
        return connection
                .preparedQuery("select pg_notify($1, $2)")
                .execute(Tuple.of(CHANNEL, marker))
                .compose(sent -> heard.future().timeout(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS))
                .onComplete(done -> markers.remove(marker));
    }

    Future<Void> close() {
        return subscriber.close();
    }

    private void announced(String text) {
        if (text.startsWith(MARKER)) {
            Promise<Void> heard = markers.remove(text);
            if (heard != null) {
                heard.complete();
            }
            return;
        }
        StoreChange.parse(text)
                .ifPresentOrElse(
                        change -> caches.forEach(cache -> cache.changed(change)),
                        () -> caches.forEach(StoreCache::clear));
    }
}
