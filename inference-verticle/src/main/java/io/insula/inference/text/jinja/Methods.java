package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings, dicts and lists that read; those that would change a value do not exist. */
final class Methods {

    private Methods() {}

    /** A value's method, or null when it has none of this name. */
    static @Nullable Callable find(Value value, String name) {
        return switch (value) {
            case Text text -> ofText(text, name);
            case Mapping map -> ofMapping(map, name);
            case Sequence list -> ofSequence(list, name);
            default -> null;
        };
    }

    private static @Nullable Callable ofText(Text text, String name) {
        return switch (name) {
            case "strip" -> charging(text, arguments -> strip(text, arguments, true, true));
            case "lstrip" -> charging(text, arguments -> strip(text, arguments, true, false));
            case "rstrip" -> charging(text, arguments -> strip(text, arguments, false, true));
            case "startswith" ->
                charging(text, arguments -> Bool.of(affixes(arguments).stream().anyMatch(text.chars()::startsWith)));
            case "endswith" ->
                charging(text, arguments -> Bool.of(affixes(arguments).stream().anyMatch(text.chars()::endsWith)));
            case "removeprefix" ->
                charging(text, arguments -> {
                    int length = arguments.requireText(0, "prefix").chars().length();
                    boolean has = text.chars()
                            .startsWith(arguments.requireText(0, "prefix").chars());
                    return has ? text.slice(length, text.chars().length()) : text;
                });
            case "removesuffix" ->
                charging(text, arguments -> {
                    int length = arguments.requireText(0, "suffix").chars().length();
                    boolean has = text.chars()
                            .endsWith(arguments.requireText(0, "suffix").chars());
                    return has ? text.slice(0, text.chars().length() - length) : text;
                });
            case "upper" -> charging(text, arguments -> upper(text));
            case "lower" -> charging(text, arguments -> lower(text));
            case "capitalize" -> charging(text, arguments -> capitalize(text));
            case "title" -> charging(text, arguments -> title(text));
            case "split" -> charging(text, arguments -> split(text, arguments));
            case "splitlines" -> charging(text, arguments -> Sequence.list(lines(text)));
            case "replace" ->
                charging(
                        text,
                        arguments -> text.replace(
                                arguments.requireText(0, "old").chars(),
                                arguments.requireText(1, "new"),
                                limit(arguments.getInt(2, "count", -1))));
            case "find" ->
                charging(text, arguments -> {
                    int at =
                            text.chars().indexOf(arguments.requireText(0, "sub").chars());
                    return new Int(at < 0 ? -1 : text.chars().codePointCount(0, at));
                });
            case "count" ->
                charging(
                        text,
                        arguments -> new Int(
                                text.split(arguments.requireText(0, "sub").chars(), Integer.MAX_VALUE)
                                                .size()
                                        - 1));
            case "join" ->
                (run, arguments) -> Filters.join(run, Operations.items(arguments.require(0, "iterable")), text);
            case "isdigit" ->
                charging(
                        text,
                        arguments -> Bool.of(
                                !text.isEmpty() && text.chars().codePoints().allMatch(Character::isDigit)));
            case "isspace" ->
                charging(
                        text,
                        arguments -> Bool.of(
                                !text.isEmpty() && text.chars().codePoints().allMatch(Text::isSpace)));
            default -> null;
        };
    }

    /** A method of one string: its cost is the string's length. */
    private static Callable charging(Text text, Function<Arguments, Value> method) {
        return (run, arguments) -> {
            run.charge(text.chars().length());
            return method.apply(arguments);
        };
    }

    private static @Nullable Callable ofMapping(Mapping map, String name) {
        return switch (name) {
            case "get" ->
                (run, arguments) -> {
                    Value found = map.entries().get(arguments.require(0, "key"));
                    return found == null ? arguments.get(1, "default", None.NONE) : found;
                };
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

    static Text strip(Text text, Arguments arguments, boolean left, boolean right) {
        return arguments.get(0, "chars", None.NONE) instanceof Text characters
                ? text.strip(left, right, characters.chars(), false)
                : text.strip(left, right, "", true);
    }

    static Text upper(Text text) {
        return text.map(character -> character.toUpperCase(Locale.ROOT));
    }

    static Text lower(Text text) {
        return text.map(character -> character.toLowerCase(Locale.ROOT));
    }

    static Text capitalize(Text text) {
        return text.isEmpty()
                ? text
                : upper(text.at(0))
                        .plus(lower(text.slice(
                                text.at(0).chars().length(), text.chars().length())));
    }

    static Text title(Text text) {
        Text.Builder titled = new Text.Builder();
        boolean inWord = false;
        for (Text character : text.codePoints()) {
            titled.append(inWord ? lower(character) : upper(character));
            inWord = Character.isLetter(character.chars().codePointAt(0));
        }
        return titled.build();
    }

    private static Value split(Text text, Arguments arguments) {
        int limit = limit(arguments.getInt(1, "maxsplit", -1));
        if (arguments.get(0, "sep", None.NONE) instanceof Text separator) {
            if (separator.isEmpty()) {
                throw new TemplateFault("empty separator");
            }
            return Sequence.list(text.split(separator.chars(), limit));
        }
        return Sequence.list(text.splitAtSpace(limit));
    }

    private static List<Text> lines(Text text) {
        List<Text> lines = new ArrayList<>();
        String chars = text.chars();
        int from = 0;
        for (int i = 0; i < chars.length(); i++) {
            if ("\n\r\u000b\u000c\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(chars.charAt(i)) >= 0) {
                lines.add(text.slice(from, i));
                if (chars.startsWith("\r\n", i)) {
                    i++;
                }
                from = i + 1;
            }
        }
        if (from < chars.length()) {
            lines.add(text.slice(from, chars.length()));
        }
        return lines;
    }

    private static List<String> affixes(Arguments arguments) {
        Value affix = arguments.require(0, "prefix");
        List<Value> all = affix instanceof Sequence tuple ? tuple.items() : List.of(affix);
        return all.stream()
                .map(value -> {
                    if (value instanceof Text text) {
                        return text.chars();
                    }
                    throw new TemplateFault("the affix is " + Operations.kind(value) + " (expected: a string)");
                })
                .toList();
    }

    static int limit(int given) {
        return given < 0 ? Integer.MAX_VALUE : given;
    }
}
