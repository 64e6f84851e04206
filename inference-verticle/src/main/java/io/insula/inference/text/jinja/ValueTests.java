package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.BigInt;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Real;
import io.insula.inference.text.jinja.Value.Sequence;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's tests: what stands after {@code is}. */
final class ValueTests {

    @FunctionalInterface
    interface ValueTest {
        boolean holds(Value value, Arguments arguments);
    }

    private static final Map<String, ValueTest> ALL = Map.ofEntries(
            Map.entry("defined", (value, arguments) -> !(value instanceof Undefined)),
            Map.entry("undefined", (value, arguments) -> value instanceof Undefined),
            Map.entry("none", (value, arguments) -> value == None.NONE),
            Map.entry("boolean", (value, arguments) -> value instanceof Bool),
            Map.entry("true", (value, arguments) -> value.equals(Bool.TRUE)),
            Map.entry("false", (value, arguments) -> value.equals(Bool.FALSE)),
            Map.entry("string", (value, arguments) -> value instanceof Text),
            Map.entry("mapping", (value, arguments) -> value instanceof Mapping),
            Map.entry("number", (value, arguments) -> Operations.isNumber(value) || value instanceof BigInt),
            Map.entry("integer", (value, arguments) -> value instanceof Int || value instanceof BigInt),
            Map.entry("float", (value, arguments) -> value instanceof Real),
            Map.entry("callable", (value, arguments) -> value instanceof Callable),
            Map.entry(
                    "iterable",
                    (value, arguments) -> value instanceof Text
                            || value instanceof Sequence
                            || value instanceof Mapping
                            || value instanceof Generator
                            || value instanceof Undefined),
            Map.entry(
                    "sequence",
                    (value, arguments) -> value instanceof Text
                            || value instanceof Sequence
                            || value instanceof Mapping
                            || value instanceof Undefined),
            Map.entry("odd", (value, arguments) -> remainder(value, new Int(2)) == 1),
            Map.entry("even", (value, arguments) -> remainder(value, new Int(2)) == 0),
            Map.entry("divisibleby", (value, arguments) -> remainder(value, arguments.require(0, "num")) == 0),
            Map.entry("sameas", (value, arguments) -> value.equals(arguments.require(0, "other"))),
            Map.entry("in", (value, arguments) -> Operations.contains(arguments.require(0, "seq"), value)),
            Map.entry(
                    "upper",
                    (value, arguments) -> TextMethods.upper(Printer.str(value)).equals(Printer.str(value))),
            Map.entry(
                    "lower",
                    (value, arguments) -> TextMethods.lower(Printer.str(value)).equals(Printer.str(value))),
            Map.entry("escaped", (value, arguments) -> value instanceof Text text && text.isMarkup()),
            Map.entry(
                    "filter",
                    (value, arguments) -> Filters.find(Printer.str(value).chars()) != null),
            Map.entry("test", (value, arguments) -> find(Printer.str(value).chars()) != null),
            Map.entry("eq", ValueTests::equal),
            Map.entry("equalto", ValueTests::equal),
            Map.entry("==", ValueTests::equal),
            Map.entry("ne", (value, arguments) -> !equal(value, arguments)),
            Map.entry("!=", (value, arguments) -> !equal(value, arguments)),
            Map.entry("lt", (value, arguments) -> compared(value, arguments) < 0),
            Map.entry("lessthan", (value, arguments) -> compared(value, arguments) < 0),
            Map.entry("<", (value, arguments) -> compared(value, arguments) < 0),
            Map.entry("le", (value, arguments) -> compared(value, arguments) <= 0),
            Map.entry("<=", (value, arguments) -> compared(value, arguments) <= 0),
            Map.entry("gt", (value, arguments) -> compared(value, arguments) > 0),
            Map.entry("greaterthan", (value, arguments) -> compared(value, arguments) > 0),
            Map.entry(">", (value, arguments) -> compared(value, arguments) > 0),
            Map.entry("ge", (value, arguments) -> compared(value, arguments) >= 0),
            Map.entry(">=", (value, arguments) -> compared(value, arguments) >= 0));

    private ValueTests() {}

    static @Nullable ValueTest find(String name) {
        return ALL.get(name);
    }

    static ValueTest require(String name) {
        ValueTest test = ALL.get(name);
        if (test == null) {
            throw new TemplateFault(
                    "no test named '" + name + "' (expected: one of " + Filters.listed(ALL.keySet()) + ")");
        }
        return test;
    }

    private static boolean equal(Value value, Arguments arguments) {
        return Operations.same(value, arguments.require(0, "other"));
    }

    private static int compared(Value value, Arguments arguments) {
        return Operations.compare(value, arguments.require(0, "other"));
    }

    private static double remainder(Value value, Value divisor) {
        return Operations.real(Operations.arithmetic("%", value, divisor));
    }
}
