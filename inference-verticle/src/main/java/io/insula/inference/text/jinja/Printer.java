package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.BigInt;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Real;
import io.insula.inference.text.jinja.Value.Sequence;
import io.insula.inference.text.jinja.Value.Undefined;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as text, as Python's {@code str} and {@code repr} write them. */
final class Printer {

    private Printer() {}

    static Text str(Value value) {
        return switch (value) {
            case Text text -> text;
            case Undefined u -> Text.EMPTY;
            default -> repr(value);
        };
    }

    static Text repr(Value value) {
        Text.Builder out = new Text.Builder();
        repr(value, out);
        return out.build();
    }

    private static void repr(Value value, Text.Builder out) {
        switch (value) {
            case Undefined u -> out.append("Undefined");
            case None n -> out.append("None");
            case Bool bool -> out.append(bool.value() ? "True" : "False");
            case Int number -> out.append(Long.toString(number.value()));
            case BigInt large -> out.append(large.value().toString());
            case Real number -> out.append(real(number.value()));
            case Text text -> quote(text, out);
            case Sequence list -> {
                out.append(list.tuple() ? "(" : "[");
                boolean first = true;
                for (Value item : list.items()) {
                    out.append(first ? "" : ", ");
                    repr(item, out);
                    first = false;
                }
                out.append(list.tuple() ? (list.items().size() == 1 ? ",)" : ")") : "]");
            }
            case Mapping map -> {
                out.append("{");
                boolean first = true;
                for (Map.Entry<Value, Value> entry : map.entries().entrySet()) {
                    out.append(first ? "" : ", ");
                    repr(entry.getKey(), out);
                    out.append(": ");
                    repr(entry.getValue(), out);
                    first = false;
                }
                out.append("}");
            }
            case Generator g -> out.append("<generator>");
            case Namespace n -> out.append("<Namespace>");
            case Callable c -> out.append("<function>");
        }
    }

    /** The shortest digits that give the number back, with an exponent where Python writes one. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = decimal.unscaledValue().abs().toString();
        return (value < 0 ? "-" : "") + digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "") + "e"
                + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static void quote(Text text, Text.Builder out) {
        String chars = text.chars();
        String quote = chars.indexOf('\'') >= 0 && chars.indexOf('"') < 0 ? "\"" : "'";
        out.append(text.isMarkup() ? "Markup(" : "").append(quote);
        out.append(text.map(character -> escaped(character, quote)));
        out.append(quote).append(text.isMarkup() ? ")" : "");
    }

    private static @Nullable String escaped(int code, String quote) {
        return switch (code) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\\' -> "\\\\";
            default -> {
                if (code == quote.charAt(0)) {
                    yield "\\" + quote;
                }
                if (isPrintable(code)) {
                    yield null;
                }
                yield code < 0x100
                        ? "\\x" + hex(code, 2)
                        : code < 0x10000 ? "\\u" + hex(code, 4) : "\\U" + hex(code, 8);
            }
        };
    }

    private static String hex(int code, int digits) {
        String hex = Integer.toHexString(code);
        return "0".repeat(digits - hex.length()) + hex;
    }

    private static boolean isPrintable(int code) {
        if (code >= ' ' && code < 0x7F) {
            return true;
        }
        return switch (Character.getType(code)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> code == ' ';
            default -> true;
        };
    }
}
