package io.insula.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Remembers what was found and, apart from it, what was not; asks the store once for all who want the same at a time.
 *
 * <p>An answer that was on its way while something was forgotten is handed out and not remembered.
 *
 * <p><b>Thread:</b> safe on any thread; a future completes on its caller's Vert.x context.
 */
final class LookupCache<K, V> {

    private final Cache<K, V> found;
    private final Cache<K, Boolean> absent;
    private final ConcurrentMap<K, Future<Optional<V>>> underway = new ConcurrentHashMap<>();
    private final AtomicLong generation = new AtomicLong();

    LookupCache(CacheConfig config, Ticker ticker) {
        found = Caffeine.newBuilder()
                .maximumSize(config.maxEntries())
                .expireAfterWrite(config.timeToLive())
                .ticker(ticker)
                .build();
        absent = Caffeine.newBuilder()
                .maximumSize(config.maxAbsent())
                .expireAfterWrite(config.absentTimeToLive())
                .ticker(ticker)
                .build();
    }

    Future<Optional<V>> find(K key, Supplier<Future<Optional<V>>> store) {
        V known = found.getIfPresent(key);
        if (known != null) {
            return Future.succeededFuture(Optional.of(known));
        }
        if (absent.getIfPresent(key) != null) {
            return Future.succeededFuture(Optional.empty());
        }
        Promise<Optional<V>> mine = Promise.promise();
        Future<Optional<V>> others = underway.putIfAbsent(key, mine.future());
        if (others != null) {
            return onCallersContext(others);
        }
        long asked = generation.get();
        // Composed, so that an exception of the call itself ends in the future too.
        Future<Optional<V>> answer = Future.<Void>succeededFuture().compose(ignored -> store.get());
        answer.onComplete(result -> {
            if (result.succeeded() && asked == generation.get()) {
                remember(key, result.result());
                if (asked != generation.get()) {
                    forget(key);
                }
            }
            underway.remove(key, mine.future());
            mine.handle(result);
        });
        return answer;
    }

    void forget(K key) {
        generation.incrementAndGet();
        underway.remove(key);
        found.invalidate(key);
        absent.invalidate(key);
    }

    /** Forgets the found values that match, and all absences: the change may have ended any of them. */
    void forgetIf(Predicate<V> stale) {
        generation.incrementAndGet();
        underway.clear();
        found.asMap().values().removeIf(stale);
        absent.invalidateAll();
    }

    void clear() {
        generation.incrementAndGet();
        underway.clear();
        found.invalidateAll();
        absent.invalidateAll();
    }

    private void remember(K key, Optional<V> answer) {
        if (answer.isPresent()) {
            found.put(key, answer.get());
        } else {
            absent.put(key, Boolean.TRUE);
        }
    }

    private static <T> Future<T> onCallersContext(Future<T> shared) {
        Context caller = Vertx.currentContext();
        if (caller == null) {
            return shared;
        }
        Promise<T> promise = Promise.promise();
        shared.onComplete(result -> caller.runOnContext(ignored -> promise.handle(result)));
        return promise.future();
    }
}
