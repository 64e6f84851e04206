package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Real;
import io.insula.inference.text.jinja.Value.Sequence;
import io.insula.inference.text.jinja.Value.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Jinja's filters: what stands after a bar. */
final class Filters {

    @FunctionalInterface
    interface Filter {
        Value apply(Run run, Value value, Arguments arguments);
    }

    /** Comparisons of one item in a long list, times what a comparison copies. */
    private static final long SORT_COST = 32;

    private static final Map<String, Filter> ALL = all();

    private Filters() {}

    static Filter require(String name) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new TemplateFault("no filter named '" + name + "'");
        }
        return filter;
    }

    private static Map<String, Filter> all() {
        Map<String, Filter> all = new HashMap<>();
        all.put("trim", onText((text, arguments) -> Methods.strip(text, arguments, true, true)));
        all.put("upper", onText((text, arguments) -> Methods.upper(text)));
        all.put("lower", onText((text, arguments) -> Methods.lower(text)));
        all.put("capitalize", onText((text, arguments) -> Methods.capitalize(text)));
        all.put("title", onText((text, arguments) -> Methods.title(text)));
        all.put("string", onText((text, arguments) -> text));
        all.put("safe", onText((text, arguments) -> text));
        all.put("escape", onText((text, arguments) -> text.map(Filters::escape)));
        all.put("e", onText((text, arguments) -> text.map(Filters::escape)));
        all.put("indent", onText(Filters::indent));
        all.put(
                "replace",
                onText((text, arguments) -> text.replace(
                        Printer.str(arguments.require(0, "old")).chars(),
                        Printer.str(arguments.require(1, "new")),
                        Methods.limit(arguments.getInt(2, "count", -1)))));
        all.put("tojson", (run, value, arguments) -> {
            Text json = JsonPrinter.of(arguments).print(value);
            run.charge(json.chars().length());
            return json;
        });
        all.put("default", (run, value, arguments) -> fallback(value, arguments));
        all.put("d", (run, value, arguments) -> fallback(value, arguments));
        all.put("length", (run, value, arguments) -> length(value));
        all.put("count", (run, value, arguments) -> length(value));
        all.put("first", (run, value, arguments) -> {
            List<Value> items = items(run, value);
            return items.isEmpty() ? new Undefined("no first item, sequence was empty") : items.getFirst();
        });
        all.put("last", (run, value, arguments) -> {
            List<Value> items = items(run, value);
            return items.isEmpty() ? new Undefined("no last item, sequence was empty") : items.getLast();
        });
        all.put("list", (run, value, arguments) -> Sequence.list(items(run, value)));
        all.put("join", (run, value, arguments) -> {
            List<Value> items = items(run, value);
            Value attribute = arguments.get(1, "attribute", None.NONE);
            return join(
                    run,
                    attribute == None.NONE ? items : mapped(items, item -> path(item, attribute)),
                    Printer.str(arguments.get(0, "d", Text.EMPTY)));
        });
        all.put("items", (run, value, arguments) -> switch (value) {
            case Undefined u -> Sequence.list(List.of());
            case Mapping map -> Methods.items(run, map);
            default -> throw new TemplateFault("items of " + Operations.kind(value) + " (expected: a dict)");
        });
        all.put("dictsort", (run, value, arguments) -> {
            if (!(value instanceof Mapping map)) {
                throw new TemplateFault("dictsort of " + Operations.kind(value) + " (expected: a dict)");
            }
            return sorted(
                    run,
                    Methods.items(run, map).items(),
                    pair -> caseless(((Sequence) pair).items().getFirst()),
                    false);
        });
        all.put("sort", (run, value, arguments) -> {
            Value attribute = arguments.get(2, "attribute", None.NONE);
            boolean exact = arguments.getBool(1, "case_sensitive", false);
            return sorted(
                    run,
                    items(run, value),
                    item -> {
                        Value key = attribute == None.NONE ? item : path(item, attribute);
                        return exact ? key : caseless(key);
                    },
                    arguments.getBool(0, "reverse", false));
        });
        all.put("unique", (run, value, arguments) -> unique(run, value));
        all.put(
                "reverse",
                (run, value, arguments) -> value instanceof Text
                        ? Operations.slice(run, value, None.NONE, None.NONE, new Int(-1))
                        : Sequence.list(items(run, value).reversed()));
        all.put("sum", (run, value, arguments) -> {
            Value sum = arguments.get(1, "start", new Int(0));
            Value attribute = arguments.get(0, "attribute", None.NONE);
            for (Value item : items(run, value)) {
                sum = Operations.add(run, sum, attribute == None.NONE ? item : path(item, attribute));
            }
            return sum;
        });
        all.put("min", (run, value, arguments) -> extreme(run, value, (a, b) -> compareCaseless(b, a) < 0 ? b : a));
        all.put("max", (run, value, arguments) -> extreme(run, value, (a, b) -> compareCaseless(b, a) > 0 ? b : a));
        all.put("int", (run, value, arguments) -> integer(value, arguments));
        all.put("float", (run, value, arguments) -> real(value, arguments));
        all.put(
                "abs",
                (run, value, arguments) ->
                        Operations.compare(value, new Int(0)) < 0 ? Operations.negate(value) : value);
        all.put("round", (run, value, arguments) -> round(value, arguments));
        all.put("map", Filters::map);
        all.put("select", (run, value, arguments) -> select(run, value, arguments, false, true));
        all.put("reject", (run, value, arguments) -> select(run, value, arguments, false, false));
        all.put("selectattr", (run, value, arguments) -> select(run, value, arguments, true, true));
        all.put("rejectattr", (run, value, arguments) -> select(run, value, arguments, true, false));
        return Map.copyOf(all);
    }

    @FunctionalInterface
    private interface TextFilter {
        Text apply(Text text, Arguments arguments);
    }

    private static Filter onText(TextFilter filter) {
        return (run, value, arguments) -> {
            Text text = Printer.str(value);
            run.charge(text.chars().length());
            Text result = filter.apply(text, arguments);
            run.charge(result.chars().length());
            return result;
        };
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

    private static List<Value> items(Run run, Value value) {
        List<Value> items = Operations.items(value);
        run.charge(Value.weight(value));
        return items;
    }

    private static List<Value> mapped(List<Value> items, UnaryOperator<Value> mapping) {
        return items.stream().map(mapping).toList();
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

    private static String escape(String character) {
        return switch (character) {
            case "&" -> "&amp;";
            case "<" -> "&lt;";
            case ">" -> "&gt;";
            case "'" -> "&#39;";
            case "\"" -> "&#34;";
            default -> character;
        };
    }

    private static Text indent(Text text, Arguments arguments) {
        Value width = arguments.get(0, "width", new Int(4));
        Text prefix = width instanceof Text given
                ? given
                : Text.template(" ".repeat(Math.clamp(Operations.toInt(width, "width"), 0, 64)));
        boolean first = arguments.getBool(1, "first", false);
        boolean blank = arguments.getBool(2, "blank", false);
        Text.Builder indented = new Text.Builder();
        List<Text> lines = text.split("\n", Integer.MAX_VALUE);
        for (int i = 0; i < lines.size(); i++) {
            indented.append(i == 0 ? "" : "\n");
            if (i == 0 ? first : blank || !lines.get(i).isEmpty()) {
                indented.append(prefix);
            }
            indented.append(lines.get(i));
        }
        return indented.build();
    }

    private static Value fallback(Value value, Arguments arguments) {
        boolean absent =
                value instanceof Undefined || (arguments.getBool(1, "boolean", false) && !Operations.truth(value));
        return absent ? arguments.get(0, "default_value", Text.EMPTY) : value;
    }

    /** An attribute path: {@code function.name}, or an index. */
    private static Value path(Value item, Value attribute) {
        if (!(attribute instanceof Text names)) {
            return Operations.item(item, attribute);
        }
        Value value = item;
        for (Text name : names.split(".", Integer.MAX_VALUE)) {
            boolean index = !name.isEmpty() && name.chars().chars().allMatch(c -> c >= '0' && c <= '9');
            value = Operations.item(value, index ? integer(name, Arguments.NONE) : name);
        }
        return value;
    }

    private static Value sorted(Run run, List<Value> items, UnaryOperator<Value> key, boolean reverse) {
        Comparator<Value> order = (a, b) -> Operations.compare(key.apply(a), key.apply(b));
        List<Value> sorted = new ArrayList<>(items);
        items.forEach(item -> run.charge(SORT_COST * Value.weight(item)));
        sorted.sort(reverse ? Collections.reverseOrder(order) : order);
        return Sequence.list(sorted);
    }

    private static Value caseless(Value value) {
        return value instanceof Text text ? Methods.lower(text) : value;
    }

    private static int compareCaseless(Value left, Value right) {
        return Operations.compare(caseless(left), caseless(right));
    }

    private static Value extreme(Run run, Value value, BinaryOperator<Value> better) {
        return items(run, value).stream()
                .reduce(better)
                .orElseGet(() -> new Undefined("no aggregated item, sequence was empty"));
    }

    private static Value unique(Run run, Value value) {
        Map<Value, Value> seen = new LinkedHashMap<>();
        items(run, value).forEach(item -> seen.putIfAbsent(caseless(item), item));
        return Sequence.list(List.copyOf(seen.values()));
    }

    private static Value integer(Value value, Arguments arguments) {
        Value fallback = arguments.get(0, "default", new Int(0));
        return switch (value) {
            case Int number -> number;
            case Bool bool -> new Int(bool.value() ? 1 : 0);
            case Real number -> new Int((long) number.value());
            case Text text -> {
                try {
                    yield new Int(
                            new BigDecimal(text.strip(true, true, "", true).chars())
                                    .setScale(0, RoundingMode.DOWN)
                                    .longValueExact());
                } catch (NumberFormatException | ArithmeticException e) {
                    yield fallback;
                }
            }
            default -> fallback;
        };
    }

    private static Value real(Value value, Arguments arguments) {
        Value fallback = arguments.get(0, "default", new Real(0));
        if (value instanceof Text text) {
            try {
                return new Real(
                        Double.parseDouble(text.strip(true, true, "", true).chars()));
            } catch (NumberFormatException e) {
                return fallback;
            }
        }
        return Operations.isNumber(value) ? new Real(Operations.real(value)) : fallback;
    }

    private static Value round(Value value, Arguments arguments) {
        int precision = Math.clamp(arguments.getInt(0, "precision", 0), -20, 20);
        String method =
                Printer.str(arguments.get(1, "method", Text.template("common"))).chars();
        RoundingMode mode = switch (method) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw new TemplateFault("round method '" + method + "' (expected: common, ceil or floor)");
        };
        return new Real(
                new BigDecimal(Operations.real(value)).setScale(precision, mode).doubleValue());
    }

    private static Value map(Run run, Value value, Arguments arguments) {
        List<Value> items = items(run, value);
        if (arguments.size() == 0) {
            Value attribute = arguments.require(0, "attribute");
            Value fallback = arguments.get(1, "default", None.NONE);
            return Sequence.list(mapped(items, item -> {
                Value found = path(item, attribute);
                return found instanceof Undefined && fallback != None.NONE ? fallback : found;
            }));
        }
        Filter filter = require(arguments.requireText(0, "filter").chars());
        Arguments rest = arguments.tail(1);
        return Sequence.list(mapped(items, item -> {
            run.step();
            return filter.apply(run, item, rest);
        }));
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
            Value tested = byAttribute ? path(item, arguments.require(0, "attribute")) : item;
            if (test.test(tested) == keep) {
                kept.add(item);
            }
        }
        return Sequence.list(kept);
    }
}
