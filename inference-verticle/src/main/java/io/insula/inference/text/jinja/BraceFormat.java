package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Real;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code 'text {}'.format(values)}: fields by position, name, attribute and item, and format specifications with
 * the types s, d, x, X, o, b, f and %.
 */
final class BraceFormat {

    private static final Pattern FIELD = Pattern.compile("(\\w*)((?:\\.\\w+|\\[[^]{}]+])*)(?:!([rs]))?(?::([^{}]*))?");
    private static final Pattern STEP = Pattern.compile("\\.(\\w+)|\\[([^]]+)]");
    private static final Pattern SPECIFICATION =
            Pattern.compile("(?:(.)?([<>=^]))?([-+ ])?(0)?(\\d{0,3})([,_])?(?:\\.(\\d{1,2}))?([a-zA-Z%])?");

    private final Run run;
    private final Text pattern;
    private final Arguments arguments;
    private final Text.Builder out = new Text.Builder();
    private int position;

    private BraceFormat(Run run, Text pattern, Arguments arguments) {
        this.run = run;
        this.pattern = pattern;
        this.arguments = arguments;
    }

    static Text format(Run run, Text pattern, Arguments arguments) {
        run.charge(pattern.chars().length());
        return new BraceFormat(run, pattern, arguments).format();
    }

    private Text format() {
        String chars = pattern.chars();
        int from = 0;
        for (int at = 0; at < chars.length(); ) {
            char c = chars.charAt(at);
            if (c != '{' && c != '}') {
                at++;
                continue;
            }
            out.append(pattern.slice(from, at));
            if (chars.startsWith(c == '{' ? "{{" : "}}", at)) {
                out.append(pattern.slice(at, at + 1));
                at += 2;
            } else {
                int end = c == '{' ? chars.indexOf('}', at) : -1;
                if (end < 0) {
                    throw new TemplateFault("single '" + c + "' in the format string");
                }
                Text field = field(chars.substring(at + 1, end));
                run.charge(field.chars().length());
                out.append(pattern.isMarkup() ? field.escaped() : field);
                at = end + 1;
            }
            from = at;
        }
        return out.append(pattern.slice(from, chars.length())).build().markup(pattern.isMarkup());
    }

    private Text field(String source) {
        Matcher field = FIELD.matcher(source);
        if (!field.matches()) {
            throw new TemplateFault("unsupported field '{" + source + "}' in the format string");
        }
        Value value = argument(field.group(1));
        Matcher step = STEP.matcher(field.group(2));
        while (step.find()) {
            String item = step.group(2);
            value = step.group(1) != null
                    ? Operations.attribute(value, step.group(1))
                    : Operations.item(
                            value, item.matches("\\d{1,9}") ? new Int(Long.parseLong(item)) : Text.template(item));
        }
        String conversion = field.group(3);
        String specification = field.group(4) == null ? "" : field.group(4);
        if (conversion != null) {
            value = conversion.equals("r") ? Printer.repr(value) : Printer.str(value);
        }
        return specification.isEmpty() ? Printer.str(Operations.defined(value)) : specified(value, specification);
    }

    private Value argument(String name) {
        if (name.isEmpty() || name.matches("\\d{1,9}")) {
            int index = name.isEmpty() ? position++ : Integer.parseInt(name);
            if (index >= arguments.size()) {
                throw new TemplateFault("no argument " + index + " for the format string");
            }
            return arguments.positional().get(index);
        }
        Value named = arguments.named().get(name);
        if (named == null) {
            throw new TemplateFault("no argument '" + name + "' for the format string");
        }
        return named;
    }

    private Text specified(Value value, String source) {
        Matcher specification = SPECIFICATION.matcher(source);
        if (!specification.matches()) {
            throw new TemplateFault("unsupported format specification '" + source + "'");
        }
        String type = specification.group(8);
        boolean number = Operations.isNumber(value) && !"s".equals(type);
        Text text =
                number ? Text.template(number(value, type, specification)) : text(value, type, specification.group(7));
        int width = specification.group(5).isEmpty() ? 0 : Integer.parseInt(specification.group(5));
        int missing = Math.max(0, width - text.length());
        boolean zero = specification.group(4) != null;
        String fill = specification.group(1) != null ? specification.group(1) : zero ? "0" : " ";
        String align = specification.group(2) != null ? specification.group(2) : number ? zero ? "=" : ">" : "<";
        return switch (align) {
            case "<" -> TextMethods.padded(text, fill, 0, missing);
            case ">" -> TextMethods.padded(text, fill, missing, 0);
            case "^" -> TextMethods.padded(text, fill, missing / 2, missing - missing / 2);
            default -> {
                int sign = text.chars().matches("[-+ ].*") ? 1 : 0;
                yield text.slice(0, sign)
                        .plus(TextMethods.padded(text.slice(sign, text.chars().length()), fill, missing, 0));
            }
        };
    }

    private static Text text(Value value, @Nullable String type, @Nullable String precision) {
        if (type != null && !type.equals("s")) {
            throw new TemplateFault("format '" + type + "' of " + Operations.kind(value) + " (expected: a number)");
        }
        Text text = Printer.str(Operations.defined(value));
        int length = precision == null ? text.length() : Math.min(text.length(), Integer.parseInt(precision));
        return text.slice(0, text.chars().offsetByCodePoints(0, length));
    }

    private static String number(Value value, @Nullable String type, Matcher specification) {
        String precision = specification.group(7);
        String digits = switch (type == null ? value instanceof Real ? "" : "d" : type) {
            case "d" -> whole(value, 10);
            case "x" -> whole(value, 16);
            case "X" -> whole(value, 16).toUpperCase(Locale.ROOT);
            case "o" -> whole(value, 8);
            case "b" -> whole(value, 2);
            case "f", "F" -> decimal(Operations.real(value), precision);
            case "%" -> decimal(Operations.real(value) * 100, precision) + "%";
            case "" -> {
                if (precision != null) {
                    throw new TemplateFault("a precision needs the format f or %");
                }
                yield Printer.real(Operations.real(value));
            }
            default ->
                throw new TemplateFault("unsupported format '" + type + "' (expected: s, d, x, X, o, b, f or %)");
        };
        if (specification.group(6) != null) {
            digits = digits.replaceAll("(?<=\\d)(?=(\\d{3})+(?!\\d))(?<!\\.\\d{0,99})", specification.group(6));
        }
        String sign = specification.group(3);
        return digits.startsWith("-") || sign == null || sign.equals("-") ? digits : sign + digits;
    }

    private static String whole(Value value, int radix) {
        if (value instanceof Real) {
            throw new TemplateFault("an integer's format of a float");
        }
        return Long.toString(Operations.integer(value), radix);
    }

    private static String decimal(double value, @Nullable String precision) {
        return new BigDecimal(value)
                .setScale(precision == null ? 6 : Integer.parseInt(precision), RoundingMode.HALF_EVEN)
                .toPlainString();
    }
}
