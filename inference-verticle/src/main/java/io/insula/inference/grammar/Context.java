package io.insula.inference.grammar;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What masks depend on in the frames around a place; equal ones are the same object as long as the table keeps them. */
final class Context {

    private record Key(@Nullable Context outer, Object local) {}

    /**
     * The contexts of a model's grammars. When it is full, those go that were not met since it was half full; that costs
     * masks and nothing else.
     */
    static final class Table {

        private static final int HALF = 16_384;

        /** Contexts that are forgotten together. */
        private static final class Generation {
            private final ConcurrentHashMap<Key, Context> contexts = new ConcurrentHashMap<>();
        }

        private volatile Generation young = new Generation();
        private volatile Generation old = new Generation();

        Context of(@Nullable Context outer, Object local) {
            Key key = new Key(outer, local);
            Generation into = young;
            Context known = into.contexts.get(key);
            if (known != null) {
                return known;
            }
            Context before = old.contexts.get(key);
            Context made = before == null ? new Context() : before;
            Context earlier = into.contexts.putIfAbsent(key, made);
            if (into.contexts.mappingCount() > HALF) {
                turn(into);
            }
            return earlier == null ? made : earlier;
        }

        /** A context that is like no other. */
        Context unique() {
            return new Context();
        }

        private synchronized void turn(Generation full) {
            if (young == full) {
                old = full;
                young = new Generation();
            }
        }
    }

    private Context() {}
}
