package io.insula.inference.admission;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the newest entries for a while: bounded in time and in number.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class RecentMap<K, V> {

    private record Entry<V>(V value, long atNanos) {}

    private final LinkedHashMap<K, Entry<V>> entries = new LinkedHashMap<>();
    private final long memoryNanos;
    private final int most;
    private final LongSupplier nanos;

    RecentMap(Duration memory, int most, LongSupplier nanos) {
        this.memoryNanos = memory.toNanos();
        this.most = most;
        this.nanos = nanos;
    }

    @Nullable
    V get(K key) {
        forgetOld();
        Entry<V> entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    void put(K key, V value) {
        entries.putLast(key, new Entry<>(value, nanos.getAsLong()));
        forgetOld();
    }

    void remove(K key) {
        entries.remove(key);
    }

    int size() {
        return entries.size();
    }

    private void forgetOld() {
        long now = nanos.getAsLong();
        Iterator<Entry<V>> oldest = entries.values().iterator();
        while (oldest.hasNext() && (now - oldest.next().atNanos() >= memoryNanos || entries.size() > most)) {
            oldest.remove();
        }
    }
}
