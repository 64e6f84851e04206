package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Filters.Filter;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Filters that map items or choose among them. */
final class SelectingFilters {

    private SelectingFilters() {}

    static void addTo(Map<String, Filter> all) {
        all.put("map", SelectingFilters::map);
        all.put("select", (run, value, arguments) -> select(run, value, arguments, false, true));
        all.put("reject", (run, value, arguments) -> select(run, value, arguments, false, false));
        all.put("selectattr", (run, value, arguments) -> select(run, value, arguments, true, true));
        all.put("rejectattr", (run, value, arguments) -> select(run, value, arguments, true, false));
        all.put("unique", SelectingFilters::unique);
        all.put(
                "attr",
                (run, value, arguments) ->
                        attribute(value, arguments.requireText(0, "name").chars()));
    }

    /** An attribute or method, never a dict's key. */
    private static Value attribute(Value value, String name) {
        Value method = Methods.find(value, name);
        return value instanceof Mapping
                ? method == null ? new Undefined("a dict has no attribute '" + name + "'") : method
                : Operations.attribute(value, name);
    }

    /** The items; none of a value that is false, as Jinja's lazy filters have it. */
    private static List<Value> items(Run run, Value value) {
        return Operations.truth(value) ? Filters.items(run, value) : List.of();
    }

    private static Value map(Run run, Value value, Arguments arguments) {
        List<Value> mapped = new ArrayList<>();
        if (arguments.size() == 0) {
            Value attribute = arguments.require(0, "attribute");
            Value fallback = arguments.get(1, "default", None.NONE);
            for (Value item : items(run, value)) {
                Value found = Filters.path(item, attribute);
                mapped.add(found instanceof Undefined && fallback != None.NONE ? fallback : found);
            }
            return new Generator(mapped);
        }
        Filter filter = Filters.require(arguments.requireText(0, "filter").chars());
        Arguments rest = arguments.tail(1);
        for (Value item : items(run, value)) {
            run.step();
            mapped.add(filter.apply(run, item, rest));
        }
        return new Generator(mapped);
    }

    private static Value select(Run run, Value value, Arguments arguments, boolean byAttribute, boolean keep) {
        int testAt = byAttribute ? 1 : 0;
        Predicate<Value> test = Operations::truth;
        if (arguments.size() > testAt) {
            ValueTests.ValueTest named =
                    ValueTests.require(arguments.requireText(testAt, "test").chars());
            Arguments rest = arguments.tail(testAt + 1);
            test = item -> named.holds(item, rest);
        }
        List<Value> kept = new ArrayList<>();
        for (Value item : items(run, value)) {
            run.step();
            Value tested = byAttribute ? Filters.path(item, arguments.require(0, "attribute")) : item;
            if (test.test(tested) == keep) {
                kept.add(item);
            }
        }
        return new Generator(kept);
    }

    private static Value unique(Run run, Value value, Arguments arguments) {
        boolean exact = arguments.getBool(0, "case_sensitive", false);
        Value attribute = arguments.get(1, "attribute", None.NONE);
        Map<Value, Value> seen = new LinkedHashMap<>();
        for (Value item : Filters.items(run, value)) {
            Value key = attribute == None.NONE ? item : Filters.path(item, attribute);
            seen.putIfAbsent(exact ? key : SequenceFilters.caseless(key), item);
        }
        return new Generator(List.copyOf(seen.values()));
    }
}
