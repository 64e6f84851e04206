package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Filters.Filter;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Sequence;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Filters that order, count, join or divide the items of a list or dict. */
final class SequenceFilters {

    /** Comparisons of one item in a long list, times what a comparison copies. */
    private static final long SORT_COST = 32;

    private SequenceFilters() {}

    static void addTo(Map<String, Filter> all) {
        all.put("default", (run, value, arguments) -> fallback(value, arguments));
        all.put("d", (run, value, arguments) -> fallback(value, arguments));
        all.put("length", (run, value, arguments) -> length(value));
        all.put("count", (run, value, arguments) -> length(value));
        all.put("first", (run, value, arguments) -> {
            List<Value> items = Filters.items(run, value);
            return items.isEmpty() ? new Undefined("no first item, sequence was empty") : items.getFirst();
        });
        all.put("last", (run, value, arguments) -> {
            List<Value> items = Filters.items(run, value);
            return items.isEmpty() ? new Undefined("no last item, sequence was empty") : items.getLast();
        });
        all.put("list", (run, value, arguments) -> Sequence.list(Filters.items(run, value)));
        all.put("join", (run, value, arguments) -> {
            Value attribute = arguments.get(1, "attribute", None.NONE);
            return Filters.join(
                    run, keyed(Filters.items(run, value), attribute), Printer.str(arguments.get(0, "d", Text.EMPTY)));
        });
        all.put("items", (run, value, arguments) -> switch (value) {
            case Undefined u -> new Generator(List.of());
            case Mapping map -> new Generator(Methods.items(run, map).items());
            default -> throw new TemplateFault("items of " + Operations.kind(value) + " (expected: a dict)");
        });
        all.put("dictsort", SequenceFilters::dictsort);
        all.put("sort", SequenceFilters::sort);
        all.put(
                "reverse",
                (run, value, arguments) -> value instanceof Text
                        ? Operations.slice(run, value, None.NONE, None.NONE, new Int(-1))
                        : new Generator(Filters.items(run, value).reversed()));
        all.put("sum", (run, value, arguments) -> {
            Value sum = arguments.get(1, "start", new Int(0));
            for (Value item : keyed(Filters.items(run, value), arguments.get(0, "attribute", None.NONE))) {
                sum = Operations.add(run, sum, item);
            }
            return sum;
        });
        all.put("min", (run, value, arguments) -> extreme(run, value, arguments, -1));
        all.put("max", (run, value, arguments) -> extreme(run, value, arguments, 1));
        all.put("batch", (run, value, arguments) -> batch(run, value, arguments));
        all.put("slice", (run, value, arguments) -> slice(run, value, arguments));
        all.put("groupby", SequenceFilters::groupby);
    }

    private static Value length(Value value) {
        return switch (value) {
            case Text text -> new Int(text.length());
            case Sequence list -> new Int(list.items().size());
            case Mapping map -> new Int(map.entries().size());
            case Undefined u -> new Int(0);
            default -> throw new TemplateFault(Operations.kind(value) + " has no length");
        };
    }

    private static Value fallback(Value value, Arguments arguments) {
        boolean absent =
                value instanceof Undefined || (arguments.getBool(1, "boolean", false) && !Operations.truth(value));
        return absent ? arguments.get(0, "default_value", Text.EMPTY) : value;
    }

    /** An attribute of each item; the items themselves where none is asked for. */
    private static List<Value> keyed(List<Value> items, Value attribute) {
        return attribute == None.NONE
                ? items
                : items.stream().map(item -> Filters.path(item, attribute)).toList();
    }

    static Value caseless(Value value) {
        return value instanceof Text text ? TextMethods.lower(text) : value;
    }

    private static Value dictsort(Run run, Value value, Arguments arguments) {
        if (!(value instanceof Mapping map)) {
            throw new TemplateFault("dictsort of " + Operations.kind(value) + " (expected: a dict)");
        }
        boolean exact = arguments.getBool(0, "case_sensitive", false);
        String by = Printer.str(arguments.get(1, "by", Text.template("key"))).chars();
        int position = switch (by) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw new TemplateFault("dictsort by '" + by + "' (expected: key or value)");
        };
        return sorted(
                run,
                Methods.items(run, map).items(),
                pair -> {
                    Value key = ((Sequence) pair).items().get(position);
                    return List.of(exact ? key : caseless(key));
                },
                arguments.getBool(2, "reverse", false));
    }

    private static Value sort(Run run, Value value, Arguments arguments) {
        boolean exact = arguments.getBool(1, "case_sensitive", false);
        Value attribute = arguments.get(2, "attribute", None.NONE);
        List<Value> attributes =
                attribute instanceof Text names ? List.copyOf(names.split(",", Integer.MAX_VALUE)) : List.of(attribute);
        return sorted(
                run,
                Filters.items(run, value),
                item -> attributes.stream()
                        .map(name -> name == None.NONE ? item : Filters.path(item, name))
                        .map(key -> exact ? key : caseless(key))
                        .toList(),
                arguments.getBool(0, "reverse", false));
    }

    private interface SortKey {
        List<Value> of(Value item);
    }

    private record Keyed(List<Value> keys, Value item) implements Comparable<Keyed> {
        @Override
        public int compareTo(Keyed other) {
            for (int i = 0; i < keys.size(); i++) {
                int order = Operations.compare(keys.get(i), other.keys.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        }
    }

    private static Value sorted(Run run, List<Value> items, SortKey key, boolean reverse) {
        List<Keyed> sorted = new ArrayList<>(items.size());
        for (Value item : items) {
            run.charge(SORT_COST * Value.weight(item));
            sorted.add(new Keyed(key.of(item), item));
        }
        sorted.sort(reverse ? Collections.reverseOrder() : Comparator.naturalOrder());
        return Sequence.list(sorted.stream().map(Keyed::item).toList());
    }

    private static Value extreme(Run run, Value value, Arguments arguments, int sign) {
        boolean exact = arguments.getBool(0, "case_sensitive", false);
        Value attribute = arguments.get(1, "attribute", None.NONE);
        UnaryOperator<Value> key = item -> {
            Value found = attribute == None.NONE ? item : Filters.path(item, attribute);
            return exact ? found : caseless(found);
        };
        return Filters.items(run, value).stream()
                .reduce((a, b) -> Operations.compare(key.apply(b), key.apply(a)) * sign > 0 ? b : a)
                .orElseGet(() -> new Undefined("no aggregated item, sequence was empty"));
    }

    private static int count(Arguments arguments, String name) {
        int count = Operations.toInt(arguments.require(0, name), name);
        if (count < 1 || count > Globals.MAX_RANGE) {
            throw new TemplateFault(name + ": " + count + " (expected: 1.." + Globals.MAX_RANGE + ")");
        }
        return count;
    }

    private static Value batch(Run run, Value value, Arguments arguments) {
        List<Value> items = Filters.items(run, value);
        int size = count(arguments, "linecount");
        Value filler = arguments.get(1, "fill_with", None.NONE);
        List<Value> batches = new ArrayList<>();
        for (int from = 0; from < items.size(); from += size) {
            List<Value> batch = new ArrayList<>(items.subList(from, Math.min(from + size, items.size())));
            while (filler != None.NONE && batch.size() < size) {
                run.step();
                batch.add(filler);
            }
            batches.add(Sequence.list(batch));
        }
        return new Generator(batches);
    }

    private static Value slice(Run run, Value value, Arguments arguments) {
        List<Value> items = Filters.items(run, value);
        int slices = count(arguments, "slices");
        Value filler = arguments.get(1, "fill_with", None.NONE);
        List<Value> all = new ArrayList<>();
        int longer = items.size() % slices;
        int from = 0;
        for (int i = 0; i < slices; i++) {
            run.step();
            int to = from + items.size() / slices + (i < longer ? 1 : 0);
            List<Value> slice = new ArrayList<>(items.subList(from, to));
            if (filler != None.NONE && i >= longer) {
                slice.add(filler);
            }
            all.add(Sequence.list(slice));
            from = to;
        }
        return new Generator(all);
    }

    private static Value groupby(Run run, Value value, Arguments arguments) {
        Value attribute = arguments.require(0, "attribute");
        Value absent = arguments.get(1, "default", None.NONE);
        boolean exact = arguments.getBool(2, "case_sensitive", false);
        UnaryOperator<Value> key = item -> {
            Value found = Filters.path(item, attribute);
            return found instanceof Undefined && absent != None.NONE ? absent : found;
        };
        Sequence ordered = (Sequence) sorted(
                run,
                Filters.items(run, value),
                item -> List.of(exact ? key.apply(item) : caseless(key.apply(item))),
                false);
        Map<Value, List<Value>> groups = new LinkedHashMap<>();
        Map<Value, Value> names = new LinkedHashMap<>();
        for (Value item : ordered.items()) {
            Value name = key.apply(item);
            Value group = exact ? name : caseless(name);
            names.putIfAbsent(group, name);
            groups.computeIfAbsent(group, first -> new ArrayList<>()).add(item);
        }
        List<Value> pairs = new ArrayList<>();
        groups.forEach(
                (group, items) -> pairs.add(Sequence.tuple(names.getOrDefault(group, group), Sequence.list(items))));
        return Sequence.list(pairs);
    }
}
