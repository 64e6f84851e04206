package io.insula.inference.text.jinja;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's filters: what stands after a bar. */
final class Filters {

    @FunctionalInterface
    interface Filter {
        Value apply(Run run, Value value, Arguments arguments);
    }

    private static final Map<String, Filter> ALL = all();

    private Filters() {}

    private static Map<String, Filter> all() {
        Map<String, Filter> all = new HashMap<>();
        TextFilters.addTo(all);
        NumberFilters.addTo(all);
        SequenceFilters.addTo(all);
        SelectingFilters.addTo(all);
        return Map.copyOf(all);
    }

    /** The filter of a name; null when there is none. */
    static @Nullable Filter find(String name) {
        return ALL.get(name);
    }

    static Filter require(String name) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new TemplateFault("no filter named '" + name + "' (expected: one of " + listed(ALL.keySet()) + ")");
        }
        return filter;
    }

    static String listed(Collection<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }

    static List<Value> items(Run run, Value value) {
        run.charge(Value.weight(value));
        return Operations.items(value);
    }

    static Text join(Run run, List<Value> items, Text separator) {
        Text.Builder all = new Text.Builder();
        for (int i = 0; i < items.size(); i++) {
            int before = all.length();
            if (i > 0) {
                all.append(separator);
            }
            all.append(Printer.str(items.get(i)));
            run.charge(all.length() - before);
        }
        return all.build();
    }

    /** An attribute path: {@code function.name}, or an index. */
    static Value path(Value item, Value attribute) {
        if (!(attribute instanceof Text names)) {
            return Operations.item(item, attribute);
        }
        Value value = item;
        for (Text name : names.split(".", Integer.MAX_VALUE)) {
            boolean index = !name.isEmpty() && name.chars().chars().allMatch(c -> c >= '0' && c <= '9');
            value = Operations.item(value, index ? NumberFilters.integer(name, Arguments.NONE) : name);
        }
        return value;
    }
}
