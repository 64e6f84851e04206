package io.insula.inference.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and their values; an inner scope sees the outer ones and sets only its own. */
final class Scope {

    private final @Nullable Scope outer;
    private final Map<String, Value> values;

    private Scope(@Nullable Scope outer, Map<String, Value> values) {
        this.outer = outer;
        this.values = values;
    }

    static Scope of(Map<String, Value> values) {
        return new Scope(null, new HashMap<>(values));
    }

    Scope inner() {
        return new Scope(this, new HashMap<>());
    }

    void set(String name, Value value) {
        values.put(name, value);
    }

    Value get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Value value = scope.values.get(name);
            if (value != null) {
                return value;
            }
        }
        return new Value.Undefined("'" + name + "' is undefined");
    }
}
