package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.BigInt;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Real;
import io.insula.inference.text.jinja.Value.Sequence;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as JSON, as Python's {@code json.dumps} spaces it.
 *
 * @param indent what a level is indented by; null for one line
 * @param itemSeparator between items
 * @param keySeparator between a key and its value
 */
record JsonPrinter(
        @Nullable String indent, String itemSeparator, String keySeparator, boolean ascii, boolean sortKeys) {

    private static final int MAX_INDENT = 16;

    /** The filter {@code tojson}, with the arguments that {@code apply_chat_template} gives it. */
    static JsonPrinter of(Arguments arguments) {
        boolean ascii = arguments.getBool(0, "ensure_ascii", false);
        String indent = indent(arguments.get(1, "indent", None.NONE));
        String item = indent != null ? "," : ", ";
        String key = ": ";
        if (arguments.get(2, "separators", None.NONE) instanceof Sequence separators
                && separators.items().size() == 2
                && separators.items().get(0) instanceof Text first
                && separators.items().get(1) instanceof Text second) {
            item = first.chars();
            key = second.chars();
        }
        return new JsonPrinter(indent, item, key, ascii, arguments.getBool(3, "sort_keys", false));
    }

    private static @Nullable String indent(Value value) {
        if (value == None.NONE) {
            return null;
        }
        if (value instanceof Text text && text.chars().length() <= MAX_INDENT) {
            return text.chars();
        }
        int spaces = Operations.toInt(value, "indent");
        if (spaces > MAX_INDENT) {
            throw new TemplateFault("indent: " + spaces + " (expected: 0.." + MAX_INDENT + ")");
        }
        return " ".repeat(Math.max(0, spaces));
    }

    Text print(Value value) {
        Text.Builder out = new Text.Builder();
        print(value, 0, out);
        return out.build();
    }

    private void print(Value value, int level, Text.Builder out) {
        switch (value) {
            case None n -> out.append("null");
            case Bool bool -> out.append(bool.value() ? "true" : "false");
            case Int number -> out.append(Long.toString(number.value()));
            case BigInt large -> out.append(large.value().toString());
            case Real number -> out.append(real(number.value()));
            case Text text -> quote(text, out);
            case Sequence list -> {
                List<Value> items = list.items();
                for (int i = 0; i < items.size(); i++) {
                    out.append(i == 0 ? "[" : itemSeparator);
                    breakLine(level + 1, out);
                    print(items.get(i), level + 1, out);
                }
                close(items.isEmpty(), "[", "]", level, out);
            }
            case Mapping map -> {
                List<Map.Entry<Value, Value>> entries =
                        List.copyOf(map.entries().entrySet());
                if (sortKeys) {
                    entries = entries.stream()
                            .sorted(Comparator.comparing(Map.Entry::getKey, Operations::compare))
                            .toList();
                }
                for (int i = 0; i < entries.size(); i++) {
                    out.append(i == 0 ? "{" : itemSeparator);
                    breakLine(level + 1, out);
                    Value key = entries.get(i).getKey();
                    quote(
                            key instanceof Text text
                                    ? text
                                    : Text.template(print(key).chars()),
                            out);
                    out.append(keySeparator);
                    print(entries.get(i).getValue(), level + 1, out);
                }
                close(entries.isEmpty(), "{", "}", level, out);
            }
            default ->
                throw new TemplateFault(Operations.kind(Operations.defined(value)) + " is not JSON serializable");
        }
    }

    private void close(boolean empty, String open, String close, int level, Text.Builder out) {
        if (empty) {
            out.append(open);
        } else {
            breakLine(level, out);
        }
        out.append(close);
    }

    private void breakLine(int level, Text.Builder out) {
        if (indent != null) {
            out.append("\n");
            for (int i = 0; i < level; i++) {
                out.append(indent);
            }
        }
    }

    private static String real(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : Printer.real(value);
    }

    private void quote(Text text, Text.Builder out) {
        out.append("\"").append(text.map(this::escaped)).append("\"");
    }

    private @Nullable String escaped(int code) {
        return switch (code) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default -> {
                if (code >= 0x20 && (code < 0x7F || !ascii)) {
                    yield null;
                }
                StringBuilder units = new StringBuilder();
                for (char unit : Character.toChars(code)) {
                    units.append("\\u")
                            .append(Integer.toHexString(0x10000 | unit).substring(1));
                }
                yield units.toString();
            }
        };
    }
}
