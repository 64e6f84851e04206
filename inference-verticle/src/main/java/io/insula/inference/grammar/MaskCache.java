package io.insula.inference.grammar;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Masks, their parts and the contexts they stand in by what they depend on, shared by all streams of a model. When a half of
 * the room is full, what was not used since the half before it is forgotten. Nothing in it refers to a grammar.
 *
 * <p><b>Thread:</b> any.
 */
final class MaskCache {

    private static final long ENTRY_BYTES = 96;

    /** Entries that are forgotten together. */
    private static final class Generation {
        private final ConcurrentHashMap<MaskKey, Object> entries = new ConcurrentHashMap<>();
        private final AtomicLong weight = new AtomicLong();
    }

    private final long halfBytes;
    private volatile Generation young = new Generation();
    private volatile Generation old = new Generation();

    MaskCache(long maxBytes) {
        this.halfBytes = maxBytes / 2;
    }

    @Nullable
    TokenMask mask(MaskKey key) {
        return (TokenMask) get(key);
    }

    @Nullable
    Reach reach(MaskKey key) {
        return (Reach) get(key);
    }

    /** The context of a key; a new one where it is not known. */
    Context context(MaskKey key) {
        Context known = (Context) get(key);
        return known == null ? (Context) store(key, Context.unique()) : known;
    }

    private @Nullable Object get(MaskKey key) {
        Object value = young.entries.get(key);
        if (value == null) {
            value = old.entries.get(key);
            if (value != null) {
                store(key, value);
            }
        }
        return value;
    }

    void put(MaskKey key, TokenMask mask) {
        store(key, mask);
    }

    void put(MaskKey key, Reach reach) {
        store(key, reach);
    }

    /** Keeps a value, unless there is one or it alone would fill a half; the one that is kept. */
    private Object store(MaskKey key, Object value) {
        long weight = ENTRY_BYTES + key.weight() + weight(value);
        if (weight > halfBytes) {
            return value;
        }
        Generation into = young;
        if (into.weight.get() + weight > halfBytes) {
            turn(into);
            into = young;
        }
        Object earlier = into.entries.putIfAbsent(key, value);
        if (earlier == null) {
            into.weight.addAndGet(weight);
        }
        return earlier == null ? value : earlier;
    }

    private synchronized void turn(Generation full) {
        if (young == full) {
            old = full;
            young = new Generation();
        }
    }

    private static long weight(Object value) {
        return switch (value) {
            case Reach reach -> reach.weight();
            case TokenMask mask -> 48 + 8L * mask.words();
            default -> 24;
        };
    }

    /** Estimated bytes in memory. */
    long bytes() {
        return young.weight.get() + old.weight.get();
    }
}
