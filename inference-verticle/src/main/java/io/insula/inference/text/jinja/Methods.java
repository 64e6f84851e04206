package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings, dicts and lists that read; those that would change a value do not exist. */
final class Methods {

    private static final Set<String> CHANGES_LIST =
            Set.of("append", "extend", "insert", "pop", "remove", "clear", "reverse", "sort");
    private static final Set<String> CHANGES_DICT = Set.of("update", "pop", "popitem", "setdefault", "clear");

    private Methods() {}

    /** A value's method, or null when it has none of this name. */
    static @Nullable Callable find(Value value, String name) {
        return switch (value) {
            case Text text -> TextMethods.find(text, name);
            case Mapping map -> ofMapping(map, name);
            case Sequence list -> ofSequence(list, name);
            default -> null;
        };
    }

    private static @Nullable Callable ofMapping(Mapping map, String name) {
        return switch (name) {
            case "get" ->
                (run, arguments) -> {
                    Value found = map.entries().get(arguments.require(0, "key"));
                    return found == null ? arguments.get(1, "default", None.NONE) : found;
                };
            case "copy" -> (run, arguments) -> map;
            case "items" -> (run, arguments) -> items(run, map);
            case "keys" -> (run, arguments) -> Sequence.list(Operations.items(map));
            case "values" ->
                (run, arguments) -> {
                    run.charge(map.entries().size());
                    return Sequence.list(List.copyOf(map.entries().values()));
                };
            default -> null;
        };
    }

    private static @Nullable Callable ofSequence(Sequence list, String name) {
        return switch (name) {
            case "copy" -> list.tuple() ? null : (run, arguments) -> list;
            case "index" ->
                (run, arguments) -> {
                    run.charge(list.items().size());
                    Value searched = arguments.require(0, "value");
                    for (int i = 0; i < list.items().size(); i++) {
                        if (Operations.same(list.items().get(i), searched)) {
                            return new Int(i);
                        }
                    }
                    throw new TemplateFault("the value is not in the list");
                };
            case "count" ->
                (run, arguments) -> {
                    run.charge(list.items().size());
                    Value searched = arguments.require(0, "value");
                    return new Int(list.items().stream()
                            .filter(item -> Operations.same(item, searched))
                            .count());
                };
            default -> null;
        };
    }

    static Sequence items(Run run, Mapping map) {
        run.charge(map.entries().size());
        List<Value> pairs = new ArrayList<>(map.entries().size());
        for (Map.Entry<Value, Value> entry : map.entries().entrySet()) {
            pairs.add(Sequence.tuple(entry.getKey(), entry.getValue()));
        }
        return Sequence.list(pairs);
    }

    /** Whether Python has such a method, which would change the value. */
    static boolean changes(Value value, String name) {
        return switch (value) {
            case Sequence list -> !list.tuple() && CHANGES_LIST.contains(name);
            case Mapping m -> CHANGES_DICT.contains(name);
            default -> false;
        };
    }
}
