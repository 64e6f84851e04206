package io.insula.inference.grammar;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Masks and their parts by what they depend on, shared by all streams of a model. When a half of the room is full, what was
 * not used since the half before it is forgotten.
 *
 * <p><b>Thread:</b> any.
 */
final class MaskCache {

    private static final long ENTRY_BYTES = 160;

    /** Entries that are forgotten together. */
    private static final class Generation {
        private final ConcurrentHashMap<Object, Object> entries = new ConcurrentHashMap<>();
        private final AtomicLong weight = new AtomicLong();
    }

    private final long halfBytes;
    private volatile Generation young = new Generation();
    private volatile Generation old = new Generation();

    MaskCache(long maxBytes) {
        this.halfBytes = maxBytes / 2;
    }

    @Nullable
    TokenMask mask(Object key) {
        return (TokenMask) get(key);
    }

    @Nullable
    Reach reach(Object key) {
        return (Reach) get(key);
    }

    private @Nullable Object get(Object key) {
        Object value = young.entries.get(key);
        if (value == null) {
            value = old.entries.get(key);
            if (value != null) {
                store(key, value);
            }
        }
        return value;
    }

    void put(Object key, TokenMask mask) {
        store(key, mask);
    }

    void put(Object key, Reach reach) {
        store(key, reach);
    }

    private void store(Object key, Object value) {
        Generation into = young;
        if (into.entries.putIfAbsent(key, value) == null && into.weight.addAndGet(weight(value)) > halfBytes) {
            turn(into);
        }
    }

    private synchronized void turn(Generation full) {
        if (young == full) {
            old = full;
            young = new Generation();
        }
    }

    private static long weight(Object value) {
        return ENTRY_BYTES + (value instanceof Reach reach ? reach.weight() : 8L * ((TokenMask) value).words());
    }

    /** Estimated bytes in memory. */
    long bytes() {
        return young.weight.get() + old.weight.get();
    }
}
