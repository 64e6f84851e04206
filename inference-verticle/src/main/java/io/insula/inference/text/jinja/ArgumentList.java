package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Mapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a call's parentheses.
 *
 * @param more what {@code *} spreads over further positions
 * @param others what {@code **} spreads over further names
 */
record ArgumentList(
        List<Expression> positional,
        Map<String, Expression> named,
        @Nullable Expression more,
        @Nullable Expression others) {

    static final ArgumentList NONE = of(List.of());

    static ArgumentList of(List<Expression> positional) {
        return new ArgumentList(positional, Map.of(), null, null);
    }

    Arguments evaluate(Run run) {
        if (positional.isEmpty() && named.isEmpty() && more == null && others == null) {
            return Arguments.NONE;
        }
        List<Value> positions = new ArrayList<>(Expression.evaluateAll(run, positional));
        if (more != null) {
            positions.addAll(Operations.items(Operations.defined(more.evaluate(run))));
        }
        Map<String, Value> values = new LinkedHashMap<>();
        named.forEach((name, value) -> values.put(name, value.evaluate(run)));
        if (others != null) {
            spread(others.evaluate(run), values);
        }
        run.charge(positions.size() + (long) values.size());
        return new Arguments(positions, values);
    }

    private static void spread(Value others, Map<String, Value> values) {
        if (!(Operations.defined(others) instanceof Mapping map)) {
            throw new TemplateFault("** of " + Operations.kind(others) + " (expected: a dict)");
        }
        map.entries().forEach((key, value) -> {
            if (!(key instanceof Text name)) {
                throw new TemplateFault("** of a dict with the key " + Printer.repr(key) + " (expected: strings)");
            }
            if (values.put(name.chars(), value) != null) {
                throw new TemplateFault("two values for the argument '" + name + "'");
            }
        });
    }
}
