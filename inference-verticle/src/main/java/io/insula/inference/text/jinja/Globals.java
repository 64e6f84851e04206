package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.Sequence;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The functions that a template finds without being given them. */
final class Globals {

    static final int MAX_RANGE = 100_000;

    private static final Pattern TIME_FIELD = Pattern.compile("%(-?)(.)", Pattern.DOTALL);
    private static final Map<Character, DateTimeFormatter> TIME_FIELDS = Map.ofEntries(
            field('a', "EEE"),
            field('A', "EEEE"),
            field('b', "MMM"),
            field('B', "MMMM"),
            field('d', "dd"),
            field('H', "HH"),
            field('I', "hh"),
            field('j', "DDD"),
            field('m', "MM"),
            field('M', "mm"),
            field('p', "a"),
            field('S', "ss"),
            field('y', "yy"),
            field('Y', "yyyy"));

    private Globals() {}

    static Map<String, Value> all() {
        Map<String, Value> globals = new HashMap<>();
        globals.put("range", (Callable) Globals::range);
        globals.put("namespace", (Callable) Globals::namespace);
        globals.put("dict", (Callable) Globals::dict);
        globals.put("raise_exception", (Callable) (run, arguments) -> {
            throw new TemplateException(
                    Printer.str(arguments.require(0, "message")).chars(), true);
        });
        globals.put("strftime_now", (Callable) (run, arguments) -> Text.template(format(
                ZonedDateTime.now(run.clock()),
                arguments.requireText(0, "format").chars())));
        return globals;
    }

    private static Value range(Run run, Arguments arguments) {
        long first = arguments.getInt(0, "start", 0);
        boolean single = arguments.size() == 1;
        long from = single ? 0 : first;
        long to = single ? first : Operations.toInt(arguments.require(1, "stop"), "stop");
        long step = arguments.getInt(2, "step", 1);
        if (step == 0) {
            throw new TemplateFault("range step is zero");
        }
        long size = Math.max(0, Math.ceilDiv(to - from, step));
        if (size > MAX_RANGE) {
            throw new TemplateFault("a range of " + size + " (expected: at most " + MAX_RANGE + ")");
        }
        run.charge(size);
        List<Value> numbers = new ArrayList<>((int) size);
        for (long i = 0; i < size; i++) {
            numbers.add(new Int(from + i * step));
        }
        return Sequence.list(numbers);
    }

    private static Value namespace(Run run, Arguments arguments) {
        Namespace namespace = new Namespace();
        copyInto(namespace, arguments);
        return namespace;
    }

    private static void copyInto(Namespace namespace, Arguments arguments) {
        if (arguments.size() > 0 && arguments.positional().getFirst() instanceof Mapping map) {
            map.entries()
                    .forEach((key, value) ->
                            namespace.attributes().put(Printer.str(key).chars(), value));
        }
        namespace.attributes().putAll(arguments.named());
    }

    private static Value dict(Run run, Arguments arguments) {
        Map<Value, Value> entries = new LinkedHashMap<>();
        if (arguments.size() > 0 && arguments.positional().getFirst() instanceof Mapping map) {
            run.charge(map.entries().size());
            entries.putAll(map.entries());
        }
        arguments.named().forEach((name, value) -> entries.put(Text.template(name), value));
        return new Mapping(entries);
    }

    private static String format(ZonedDateTime now, String pattern) {
        Matcher field = TIME_FIELD.matcher(pattern);
        return field.replaceAll(match -> Matcher.quoteReplacement(
                format(now, match.group(2).charAt(0), match.group(1).isEmpty())));
    }

    private static String format(ZonedDateTime now, char field, boolean padded) {
        if (field == '%') {
            return "%";
        }
        DateTimeFormatter formatter = TIME_FIELDS.get(field);
        if (formatter == null) {
            throw new TemplateFault("strftime_now: %" + field + " (expected: one of aAbBdHIjmMpSyY%)");
        }
        String text = now.format(formatter);
        return padded ? text : text.replaceFirst("^0+(?=.)", "");
    }

    private static Map.Entry<Character, DateTimeFormatter> field(char code, String pattern) {
        return Map.entry(code, DateTimeFormatter.ofPattern(pattern, Locale.US));
    }
}
