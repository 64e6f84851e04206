package io.insula.inference.text.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a call, filter or test was given, by position and by name. */
record Arguments(List<Value> positional, Map<String, Value> named) {

    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Value... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    int size() {
        return positional.size();
    }

    /** The argument, or null when it was not given. */
    @Nullable
    Value find(int index, String name) {
        return index < positional.size() ? positional.get(index) : named.get(name);
    }

    Value get(int index, String name, Value fallback) {
        Value found = find(index, name);
        return found == null ? fallback : found;
    }

    Value require(int index, String name) {
        Value found = find(index, name);
        if (found == null) {
            throw new TemplateFault("missing argument '" + name + "'");
        }
        return found;
    }

    Text requireText(int index, String name) {
        Value value = require(index, name);
        if (value instanceof Text text) {
            return text;
        }
        throw new TemplateFault("argument '" + name + "' is " + Operations.kind(value) + " (expected: a string)");
    }

    int getInt(int index, String name, int fallback) {
        Value value = get(index, name, Value.None.NONE);
        return value == Value.None.NONE ? fallback : Operations.toInt(value, name);
    }

    boolean getBool(int index, String name, boolean fallback) {
        return Operations.truth(get(index, name, Value.Bool.of(fallback)));
    }

    /** Without the first, which a filter was applied with. */
    Arguments tail(int from) {
        return new Arguments(positional.subList(Math.min(from, positional.size()), positional.size()), named);
    }
}
