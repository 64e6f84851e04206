package io.insula.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
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
 * <p>While the store cannot be asked, what was found stays good beyond its time, for a grace, and what was absent if it is told so. After a first failure nobody
 * waits for the store who can do without: it is asked in the background, once a second, until it answers.
 *
 * <p><b>Thread:</b> safe on any thread; a future completes on its caller's Vert.x context.
 */
final class LookupCache<K, V> {

    private static final Logger LOG = LoggerFactory.getLogger(LookupCache.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Whether the absence of something stays good for the grace too. */
    enum Absences {
        /** Whoever asks again wants to be told that it cannot be known. */
        ENDING,
        /** What was absent is taken to be absent still. */
        STAYING
    }

    /** An answer, since when it is old, and how often everything had been doubted before. */
    private record Known<V>(Optional<V> answer, long oldNanos, long doubts) {}

    private final Cache<K, Known<V>> found;
    private final Cache<K, Known<V>> absent;
    private final Ticker ticker;
    private final CacheConfig config;
    private final Absences absences;
    private final ConcurrentMap<K, Future<Optional<V>>> underway = new ConcurrentHashMap<>();
    private final AtomicLong generation = new AtomicLong();
    private final AtomicLong doubts = new AtomicLong();
    private final AtomicLong retryAtNanos = new AtomicLong();
    private volatile boolean away;

    LookupCache(CacheConfig config, Absences absences, Ticker ticker) {
        this.ticker = ticker;
        this.config = config;
        this.absences = absences;
        Duration absentGrace = absences == Absences.STAYING ? config.grace() : Duration.ZERO;
        found = Caffeine.newBuilder()
                .maximumSize(config.maxEntries())
                .expireAfterWrite(config.timeToLive().plus(config.grace()))
                .ticker(ticker)
                .build();
        absent = Caffeine.newBuilder()
                .maximumSize(config.maxAbsent())
                .expireAfterWrite(config.absentTimeToLive().plus(absentGrace))
                .ticker(ticker)
                .build();
    }

    Future<Optional<V>> find(K key, Supplier<Future<Optional<V>>> store) {
        Known<V> known = known(key);
        if (known != null && isFresh(known)) {
            return Future.succeededFuture(known.answer());
        }
        if (known != null && away) {
            if (isTimeToRetry()) {
                ask(key, store).onFailure(still -> LOG.debug("The store is still away: {}", still.getMessage()));
            }
            return Future.succeededFuture(known.answer());
        }
        return ask(key, store).recover(failure -> inGrace(key, failure));
    }

    private @Nullable Known<V> known(K key) {
        Known<V> known = found.getIfPresent(key);
        return known == null ? absent.getIfPresent(key) : known;
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
        @Nullable Known<V> known = failure instanceof StoreUnavailable ? known(key) : null;
        return known == null ? Future.failedFuture(failure) : Future.succeededFuture(known.answer());
    }

    private boolean isFresh(Known<V> known) {
        return known.doubts() == doubts.get() && ticker.read() - known.oldNanos() < 0;
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
        found.asMap().values().removeIf(known -> known.answer().filter(stale).isPresent());
        absent.invalidateAll();
    }

    /** Nothing counts as fresh any longer: the store is asked before anything is used, as long as it answers. */
    void doubt() {
        generation.incrementAndGet();
        doubts.incrementAndGet();
        underway.clear();
        if (absences == Absences.ENDING) {
            absent.invalidateAll();
        }
        away = false;
    }

    void clear() {
        generation.incrementAndGet();
        underway.clear();
        found.invalidateAll();
        absent.invalidateAll();
    }

    private void remember(K key, Optional<V> answer, long nanos, long doubted) {
        Duration fresh = answer.isPresent() ? config.timeToLive() : config.absentTimeToLive();
        Known<V> known = new Known<>(answer, nanos + fresh.toNanos(), doubted);
        (answer.isPresent() ? found : absent).put(key, known);
        (answer.isPresent() ? absent : found).invalidate(key);
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
