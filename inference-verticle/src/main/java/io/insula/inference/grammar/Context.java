package io.insula.inference.grammar;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What masks depend on in the frames around a place; equal ones are the same object as long as the table keeps them. */
final class Context {

    private record Key(@Nullable Context outer, Object local) {}

    /** The contexts of one grammar. A full table is emptied, which costs masks and nothing else. */
    static final class Table {

        private static final int MAX_CONTEXTS = 4096;

        private final ConcurrentHashMap<Key, Context> contexts = new ConcurrentHashMap<>();

        Context of(@Nullable Context outer, Object local) {
            Key key = new Key(outer, local);
            Context known = contexts.get(key);
            if (known != null) {
                return known;
            }
            if (contexts.size() >= MAX_CONTEXTS) {
                contexts.clear();
            }
            Context made = new Context();
            Context earlier = contexts.putIfAbsent(key, made);
            return earlier == null ? made : earlier;
        }
    }

    private Context() {}
}
