package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Filters.Filter;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Real;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** Filters of numbers. */
final class NumberFilters {

    private NumberFilters() {}

    static void addTo(Map<String, Filter> all) {
        all.put("int", (run, value, arguments) -> integer(value, arguments));
        all.put("float", (run, value, arguments) -> real(value, arguments));
        all.put(
                "abs",
                (run, value, arguments) ->
                        Operations.compare(value, new Int(0)) < 0 ? Operations.negate(value) : value);
        all.put("round", (run, value, arguments) -> round(value, arguments));
    }

    static Value integer(Value value, Arguments arguments) {
        Value fallback = arguments.get(0, "default", new Int(0));
        return switch (value) {
            case Int number -> number;
            case Bool bool -> new Int(bool.value() ? 1 : 0);
            case Real number -> new Int((long) number.value());
            case Text text ->
                parsed(text.strip(true, true, "", true).chars(), arguments.getInt(1, "base", 10), fallback);
            default -> fallback;
        };
    }

    private static Value parsed(String digits, int base, Value fallback) {
        try {
            if (base != 10) {
                String bare = digits.replaceFirst("^0[xXoObB]", "");
                return base < 2 || base > 36 ? fallback : new Int(Long.parseLong(bare, base));
            }
            return new Int(new BigDecimal(digits).setScale(0, RoundingMode.DOWN).longValueExact());
        } catch (NumberFormatException | ArithmeticException e) {
            return fallback;
        }
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
        if (value instanceof Int && mode == RoundingMode.HALF_EVEN && precision >= 0) {
            return value;
        }
        return new Real(
                new BigDecimal(Operations.real(value)).setScale(precision, mode).doubleValue());
    }
}
