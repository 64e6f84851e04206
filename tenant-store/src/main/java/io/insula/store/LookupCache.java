package io.insula.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what was found and, apart from it, what was not; asks the store once for all who want the same at a time.
 *
 * <p>An answer that was on its way while something was forgotten is handed out and not remembered.
 *
 * <p>While the store cannot be asked, what was found stays good beyond its time, for a grace. After a first failure nobody
 * waits for the store who can do without: it is asked in the background, once a second, until it answers.
 *
 * <p><b>Thread:</b> safe on any thread; a future completes on its caller's Vert.x context.
 */
final class LookupCache<K, V> {

    private static final Logger LOG = LoggerFactory.getLogger(LookupCache.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What was found, when, and how often everything had been doubted before. */
    private record Found<V>(V value, long nanos, long doubts) {}

    private final Cache<K, Found<V>> found;
    private final Cache<K, Boolean> absent;
    private final Ticker ticker;
    private final long freshNanos;
    private final ConcurrentMap<K, Future<Optional<V>>> underway = new ConcurrentHashMap<>();
    private final AtomicLong generation = new AtomicLong();
    private final AtomicLong doubts = new AtomicLong();
    private final AtomicLong retryAtNanos = new AtomicLong();
    private volatile boolean away;

    LookupCache(CacheConfig config, Ticker ticker) {
        this.ticker = ticker;
        this.freshNanos = config.timeToLive().toNanos();
        found = Caffeine.newBuilder()
                .maximumSize(config.maxEntries())
                .expireAfterWrite(config.timeToLive().plus(config.grace()))
                .ticker(ticker)
                .build();
        absent = Caffeine.newBuilder()
                .maximumSize(config.maxAbsent())
                .expireAfterWrite(config.absentTimeToLive())
                .ticker(ticker)
                .build();
    }

    Future<Optional<V>> find(K key, Supplier<Future<Optional<V>>> store) {
        Found<V> known = found.getIfPresent(key);
        if (known != null && isFresh(known)) {
            return Future.succeededFuture(Optional.of(known.value()));
        }
        if (known != null && away) {
            if (isTimeToRetry()) {
                ask(key, store).onFailure(still -> LOG.debug("The store is still away: {}", still.getMessage()));
            }
            return Future.succeededFuture(Optional.of(known.value()));
        }
        if (absent.getIfPresent(key) != null) {
            return Future.succeededFuture(Optional.empty());
        }
        return ask(key, store).recover(failure -> inGrace(key, failure));
    }

    private Future<Optional<V>> ask(K key, Supplier<Future<Optional<V>>> store) {
        Promise<Optional<V>> mine = Promise.promise();
        Future<Optional<V>> others = underway.putIfAbsent(key, mine.future());
        if (others != null) {
            return onCallersContext(others);
        }
        long asked = generation.get();
        long doubted = doubts.get();
        long nanos = ticker.read();
        // Composed, so that an exception of the call itself ends in the future too.
        Future<Optional<V>> answer = Future.<Void>succeededFuture().compose(ignored -> store.get());
        answer.onComplete(result -> {
            noteWhetherAway(result);
            if (result.succeeded() && asked == generation.get()) {
                remember(key, result.result(), nanos, doubted);
                if (asked != generation.get()) {
                    forget(key);
                }
            }
            underway.remove(key, mine.future());
            mine.handle(result);
        });
        return answer;
    }

    /** Only what was not forgotten meanwhile, and only where the store could not be asked. */
    private Future<Optional<V>> inGrace(K key, Throwable failure) {
        @Nullable Found<V> known = failure instanceof StoreUnavailable ? found.getIfPresent(key) : null;
        return known == null ? Future.failedFuture(failure) : Future.succeededFuture(Optional.of(known.value()));
    }

    private boolean isFresh(Found<V> known) {
        return known.doubts() == doubts.get() && ticker.read() - known.nanos() < freshNanos;
    }

    private void noteWhetherAway(AsyncResult<Optional<V>> result) {
        if (result.succeeded()) {
            if (away) {
                away = false;
                LOG.info("The store answers again");
            }
        } else if (result.cause() instanceof StoreUnavailable unavailable) {
            retryAtNanos.set(ticker.read() + RETRY_NANOS);
            if (!away) {
                away = true;
                LOG.warn("The store is away; what is remembered is used for its grace: {}", unavailable.getMessage());
            }
        }
    }

    /** True for one caller a second. */
    private boolean isTimeToRetry() {
        long due = retryAtNanos.get();
        long now = ticker.read();
        return now - due >= 0 && retryAtNanos.compareAndSet(due, now + RETRY_NANOS);
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
        found.asMap().values().removeIf(known -> stale.test(known.value()));
        absent.invalidateAll();
    }

    /** Nothing counts as fresh any longer: the store is asked before anything is used, as long as it answers. */
    void doubt() {
        generation.incrementAndGet();
        doubts.incrementAndGet();
        underway.clear();
        absent.invalidateAll();
        away = false;
    }

    void clear() {
        generation.incrementAndGet();
        underway.clear();
        found.invalidateAll();
        absent.invalidateAll();
    }

    private void remember(K key, Optional<V> answer, long nanos, long doubted) {
        if (answer.isPresent()) {
            found.put(key, new Found<>(answer.get(), nanos, doubted));
            absent.invalidate(key);
        } else {
            found.invalidate(key);
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
