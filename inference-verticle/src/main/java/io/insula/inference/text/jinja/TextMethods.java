package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings. */
final class TextMethods {

    /** No padding is wider. */
    private static final int MAX_WIDTH = 1000;

    @FunctionalInterface
    private interface Method {
        Value call(Text text, Arguments arguments);
    }

    private static final Map<String, Method> ALL = Map.ofEntries(
            Map.entry("strip", (text, arguments) -> strip(text, arguments, true, true)),
            Map.entry("lstrip", (text, arguments) -> strip(text, arguments, true, false)),
            Map.entry("rstrip", (text, arguments) -> strip(text, arguments, false, true)),
            Map.entry(
                    "startswith",
                    (text, arguments) ->
                            Bool.of(affixes(arguments).stream().anyMatch(within(text, arguments)::startsWith))),
            Map.entry(
                    "endswith",
                    (text, arguments) ->
                            Bool.of(affixes(arguments).stream().anyMatch(within(text, arguments)::endsWith))),
            Map.entry("removeprefix", (text, arguments) -> {
                String prefix = arguments.requireText(0, "prefix").chars();
                return text.chars().startsWith(prefix)
                        ? text.slice(prefix.length(), text.chars().length())
                        : text;
            }),
            Map.entry("removesuffix", (text, arguments) -> {
                String suffix = arguments.requireText(0, "suffix").chars();
                return text.chars().endsWith(suffix)
                        ? text.slice(0, text.chars().length() - suffix.length())
                        : text;
            }),
            Map.entry("upper", (text, arguments) -> upper(text)),
            Map.entry("lower", (text, arguments) -> lower(text)),
            Map.entry("casefold", (text, arguments) -> lower(text)),
            Map.entry("swapcase", (text, arguments) -> text.map(c -> cased(c, !Character.isUpperCase(c)))),
            Map.entry("capitalize", (text, arguments) -> capitalize(text)),
            Map.entry("title", (text, arguments) -> title(text)),
            Map.entry("split", (text, arguments) -> TextCuts.split(text, arguments)),
            Map.entry("rsplit", (text, arguments) -> TextCuts.splitFromEnd(text, arguments)),
            Map.entry("partition", (text, arguments) -> TextCuts.partition(text, arguments, false)),
            Map.entry("rpartition", (text, arguments) -> TextCuts.partition(text, arguments, true)),
            Map.entry(
                    "splitlines",
                    (text, arguments) -> Sequence.list(TextCuts.lines(text, arguments.getBool(0, "keepends", false)))),
            Map.entry("replace", (text, arguments) -> replace(text, arguments)),
            Map.entry("find", (text, arguments) -> position(text, arguments, false)),
            Map.entry("rfind", (text, arguments) -> position(text, arguments, true)),
            Map.entry("index", (text, arguments) -> found(position(text, arguments, false))),
            Map.entry("rindex", (text, arguments) -> found(position(text, arguments, true))),
            Map.entry("count", (text, arguments) -> {
                String part = arguments.requireText(0, "sub").chars();
                return new Int(
                        part.isEmpty()
                                ? text.length() + 1L
                                : text.split(part, Integer.MAX_VALUE).size() - 1L);
            }),
            Map.entry("zfill", (text, arguments) -> {
                int sign = text.chars().startsWith("-") || text.chars().startsWith("+") ? 1 : 0;
                int missing = width(arguments, 0) - text.length();
                return text.slice(0, sign)
                        .plus(padded(text.slice(sign, text.chars().length()), "0", missing, 0));
            }),
            Map.entry(
                    "ljust",
                    (text, arguments) -> padded(text, filler(arguments), 0, width(arguments, 0) - text.length())),
            Map.entry(
                    "rjust",
                    (text, arguments) -> padded(text, filler(arguments), width(arguments, 0) - text.length(), 0)),
            Map.entry("center", (text, arguments) -> centred(text, width(arguments, 0), filler(arguments))),
            Map.entry("isdigit", (text, arguments) -> all(text, Character::isDigit)),
            Map.entry("isdecimal", (text, arguments) -> all(text, Character::isDigit)),
            Map.entry("isnumeric", (text, arguments) -> all(text, TextMethods::isNumeric)),
            Map.entry("isspace", (text, arguments) -> all(text, Text::isSpace)),
            Map.entry("isalpha", (text, arguments) -> all(text, Character::isLetter)),
            Map.entry("isalnum", (text, arguments) -> all(text, c -> Character.isLetter(c) || isNumeric(c))),
            Map.entry(
                    "isascii", (text, arguments) -> Bool.of(text.chars().chars().allMatch(c -> c < 0x80))),
            Map.entry("isupper", (text, arguments) -> Bool.of(isCased(text, upper(text)))),
            Map.entry("islower", (text, arguments) -> Bool.of(isCased(text, lower(text)))));

    private TextMethods() {}

    /** A string's method, or null when it has none of this name; its cost is the string's length. */
    static @Nullable Callable find(Text text, String name) {
        if (name.equals("join")) {
            return (run, arguments) -> join(run, text, arguments);
        }
        if (name.equals("format")) {
            return (run, arguments) -> BraceFormat.format(run, text, arguments);
        }
        Method method = ALL.get(name);
        if (method == null) {
            return null;
        }
        return (run, arguments) -> {
            run.charge(text.chars().length());
            return method.call(text, arguments);
        };
    }

    private static Text join(Run run, Text separator, Arguments arguments) {
        List<Value> items = Operations.items(arguments.require(0, "iterable"));
        List<Value> parts = new ArrayList<>(items.size());
        for (Value item : items) {
            if (!(item instanceof Text part)) {
                throw new TemplateFault("join of " + Operations.kind(item) + " (expected: strings)");
            }
            parts.add(separator.isMarkup() ? part.escaped() : part);
        }
        return Filters.join(run, parts, separator).markup(separator.isMarkup());
    }

    static Text strip(Text text, Arguments arguments, boolean left, boolean right) {
        return arguments.get(0, "chars", None.NONE) instanceof Text characters
                ? text.strip(left, right, characters.chars(), false)
                : text.strip(left, right, "", true);
    }

    static Text upper(Text text) {
        return text.map(character -> cased(character, true));
    }

    static Text lower(Text text) {
        return text.map(character -> cased(character, false));
    }

    private static @Nullable String cased(int character, boolean upper) {
        if (character < 0x80) {
            int other = upper ? Character.toUpperCase(character) : Character.toLowerCase(character);
            return other == character ? null : Character.toString(other);
        }
        String text = Character.toString(character);
        String cased = upper ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
        return cased.equals(text) ? null : cased;
    }

    static Text capitalize(Text text) {
        if (text.isEmpty()) {
            return text;
        }
        Text first = text.at(0);
        return upper(first)
                .plus(lower(text.slice(first.chars().length(), text.chars().length())));
    }

    static Text title(Text text) {
        Text.Builder titled = new Text.Builder();
        boolean inWord = false;
        for (Text character : text.codePoints()) {
            titled.append(inWord ? lower(character) : upper(character));
            inWord = Character.isLetter(character.chars().codePointAt(0));
        }
        return titled.build().markup(text.isMarkup());
    }

    private static Text replace(Text text, Arguments arguments) {
        Text with = arguments.requireText(1, "new");
        return text.replace(
                        arguments.requireText(0, "old").chars(),
                        text.isMarkup() ? with.escaped() : with,
                        limit(arguments.getInt(2, "count", -1)))
                .markup(text.isMarkup());
    }

    /** The characters between the arguments {@code start} and {@code end}. */
    private static String within(Text text, Arguments arguments) {
        int length = text.length();
        int from = bound(arguments.getInt(1, "start", 0), length);
        int to = Math.max(from, bound(arguments.getInt(2, "end", length), length));
        String chars = text.chars();
        return chars.substring(chars.offsetByCodePoints(0, from), chars.offsetByCodePoints(0, to));
    }

    private static int bound(int given, int length) {
        return Math.clamp(given < 0 ? given + (long) length : given, 0, length);
    }

    private static Int position(Text text, Arguments arguments, boolean last) {
        String searched = within(text, arguments);
        String part = arguments.requireText(0, "sub").chars();
        int at = last ? searched.lastIndexOf(part) : searched.indexOf(part);
        int skipped = bound(arguments.getInt(1, "start", 0), text.length());
        return new Int(at < 0 ? -1 : skipped + searched.codePointCount(0, at));
    }

    private static Int found(Int position) {
        if (position.value() < 0) {
            throw new TemplateFault("substring not found");
        }
        return position;
    }

    private static List<String> affixes(Arguments arguments) {
        Value affix = arguments.require(0, "prefix");
        List<Value> all = affix instanceof Sequence tuple && tuple.tuple() ? tuple.items() : List.of(affix);
        return all.stream()
                .map(value -> {
                    if (value instanceof Text text) {
                        return text.chars();
                    }
                    throw new TemplateFault("the affix is " + Operations.kind(value) + " (expected: a string)");
                })
                .toList();
    }

    private static Bool all(Text text, IntPredicate test) {
        return Bool.of(!text.isEmpty() && text.chars().codePoints().allMatch(test));
    }

    private static boolean isNumeric(int character) {
        return switch (Character.getType(character)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    private static boolean isCased(Text text, Text cased) {
        return text.equals(cased)
                && text.chars().codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
    }

    private static int width(Arguments arguments, int index) {
        return width(Operations.toInt(arguments.require(index, "width"), "width"));
    }

    static int width(int given) {
        if (given > MAX_WIDTH) {
            throw new TemplateFault("width: " + given + " (expected: at most " + MAX_WIDTH + ")");
        }
        return given;
    }

    private static String filler(Arguments arguments) {
        return Printer.str(arguments.get(1, "fillchar", Text.template(" "))).chars();
    }

    static Text padded(Text text, String filler, int left, int right) {
        Text.Builder padded = new Text.Builder();
        return padded.append(filler.repeat(Math.max(0, left)))
                .append(text)
                .append(filler.repeat(Math.max(0, right)))
                .build()
                .markup(text.isMarkup());
    }

    /** Of an odd number of spaces, the left gets one more where the width is odd too. */
    static Text centred(Text text, int width, String filler) {
        int missing = Math.max(0, width - text.length());
        int left = missing / 2 + (missing & width & 1);
        return padded(text, filler, left, missing - left);
    }

    static int limit(int given) {
        return given < 0 ? Integer.MAX_VALUE : given;
    }
}
