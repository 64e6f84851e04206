package io.insula.inference.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What stands between a call's parentheses. */
record ArgumentList(List<Expression> positional, Map<String, Expression> named) {

    static final ArgumentList NONE = new ArgumentList(List.of(), Map.of());

    Arguments evaluate(Run run) {
        Map<String, Value> values = new LinkedHashMap<>();
        List<Value> positions = Expression.evaluateAll(run, positional);
        named.forEach((name, value) -> values.put(name, value.evaluate(run)));
        return new Arguments(positions, values);
    }
}
