package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.Real;
import io.insula.inference.text.jinja.Value.Sequence;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code 'text %s' % values}: the conversions s, r, d, i, f and x, with width and precision up to 99; {@code %(name)s}. */
final class PercentFormat {

    private static final Pattern CONVERSION =
            Pattern.compile("%([-0]*)(\\d{0,2})(?:\\.(\\d{1,2}))?([a-zA-Z%])|%\\((\\w+)\\)s");

    private PercentFormat() {}

    static Text format(Run run, Text pattern, Value arguments) {
        run.charge(pattern.chars().length());
        List<Value> values = arguments instanceof Sequence tuple && tuple.tuple() ? tuple.items() : List.of(arguments);
        Text.Builder out = new Text.Builder();
        Matcher conversion = CONVERSION.matcher(pattern.chars());
        int from = 0;
        int next = 0;
        for (int at = pattern.chars().indexOf('%');
                at >= 0;
                at = pattern.chars().indexOf('%', from)) {
            out.append(pattern.slice(from, at));
            if (!conversion.region(at, pattern.chars().length()).lookingAt()) {
                throw new TemplateFault(
                        "unsupported format at '" + pattern.chars().substring(at) + "'");
            }
            from = conversion.end();
            if ("%".equals(conversion.group(4))) {
                out.append("%");
                continue;
            }
            if (conversion.group(5) != null) {
                out.append(named(run, arguments, conversion.group(5), pattern.isMarkup()));
                continue;
            }
            if (next == values.size()) {
                throw new TemplateFault("not enough arguments for format string");
            }
            Text converted = convert(conversion, values.get(next++));
            run.charge(converted.chars().length());
            Text padded = pad(converted, conversion);
            out.append(pattern.isMarkup() ? padded.escaped() : padded);
        }
        if (next < values.size() && arguments instanceof Sequence) {
            throw new TemplateFault("not all arguments converted during string formatting");
        }
        return out.append(pattern.slice(from, pattern.chars().length())).build().markup(pattern.isMarkup());
    }

    private static Text named(Run run, Value arguments, String name, boolean markup) {
        if (!(arguments instanceof Mapping map)) {
            throw new TemplateFault("format requires a mapping, not " + Operations.kind(arguments));
        }
        Value value = map.entries().get(Text.template(name));
        if (value == null) {
            throw new TemplateFault("no value '" + name + "' for the format string");
        }
        Text text = Printer.str(value);
        run.charge(text.chars().length());
        return markup ? text.escaped() : text;
    }

    private static Text convert(Matcher conversion, Value value) {
        String precision = conversion.group(3);
        return switch (conversion.group(4)) {
            case "s" -> cut(Printer.str(value), precision);
            case "r" -> cut(Printer.repr(value), precision);
            case "d", "i" -> Text.template(Long.toString(integer(value)));
            case "x" -> Text.template(Long.toString(integer(value), 16));
            case "f" ->
                Text.template(new BigDecimal(Operations.real(value))
                        .setScale(precision == null ? 6 : Integer.parseInt(precision), RoundingMode.HALF_EVEN)
                        .toPlainString());
            default -> throw new TemplateFault("unsupported format %" + conversion.group(4));
        };
    }

    private static Text cut(Text text, @Nullable String precision) {
        int length = precision == null ? text.length() : Math.min(text.length(), Integer.parseInt(precision));
        return text.slice(0, text.chars().offsetByCodePoints(0, length));
    }

    private static long integer(Value value) {
        return switch (value) {
            case Int number -> number.value();
            case Real number -> (long) number.value();
            case Value.Bool bool -> bool.value() ? 1 : 0;
            default -> throw new TemplateFault("%d needs a number, not " + Operations.kind(value));
        };
    }

    private static Text pad(Text text, Matcher conversion) {
        int width = conversion.group(2).isEmpty() ? 0 : Integer.parseInt(conversion.group(2));
        int missing = Math.max(0, width - text.length());
        boolean left = conversion.group(1).contains("-");
        boolean number = !"sr".contains(conversion.group(4));
        if (!left && number && conversion.group(1).contains("0") && missing > 0) {
            int sign = text.chars().startsWith("-") ? 1 : 0;
            return text.slice(0, sign)
                    .plus(Text.template("0".repeat(missing)))
                    .plus(text.slice(sign, text.chars().length()));
        }
        Text spaces = Text.template(" ".repeat(missing));
        return left ? text.plus(spaces) : spaces.plus(text);
    }
}
