package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.BigInt;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Real;
import io.insula.inference.text.jinja.Value.Sequence;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What Python's operators do to values. */
final class Operations {

    private Operations() {}

    static boolean truth(Value value) {
        return switch (value) {
            case Undefined u -> false;
            case None n -> false;
            case Bool bool -> bool.value();
            case Int number -> number.value() != 0;
            case Real number -> number.value() != 0;
            case Text text -> !text.isEmpty();
            case Sequence list -> !list.items().isEmpty();
            case Mapping map -> !map.entries().isEmpty();
            case BigInt large -> true;
            case Generator g -> true;
            case Namespace n -> true;
            case Callable c -> true;
        };
    }

    /** What an error calls a value. */
    static String kind(Value value) {
        return switch (value) {
            case Undefined u -> "undefined";
            case None n -> "none";
            case Bool b -> "a boolean";
            case Int i -> "an integer";
            case BigInt large -> "an integer of more than 64 bits";
            case Real r -> "a float";
            case Text t -> "a string";
            case Sequence list -> list.tuple() ? "a tuple" : "a list";
            case Mapping m -> "a dict";
            case Generator g -> "a generator";
            case Namespace n -> "a namespace";
            case Callable c -> "a function";
        };
    }

    static Value defined(Value value) {
        if (value instanceof Undefined undefined) {
            throw new TemplateFault(undefined.why());
        }
        return value;
    }

    static int toInt(Value value, String name) {
        if (value instanceof Int number && (int) number.value() == number.value()) {
            return (int) number.value();
        }
        if (value instanceof Bool bool) {
            return bool.value() ? 1 : 0;
        }
        throw new TemplateFault("'" + name + "' is " + kind(value) + " (expected: an integer)");
    }

    /** The items that a loop or a filter runs over. */
    static List<Value> items(Value value) {
        return switch (value) {
            case Undefined u -> List.of();
            case Sequence list -> list.items();
            case Mapping map -> List.copyOf(map.entries().keySet());
            case Text text -> List.copyOf(text.codePoints());
            case Generator generator -> generator.take();
            default -> throw new TemplateFault(kind(value) + " is not iterable");
        };
    }

    static boolean same(Value left, Value right) {
        if (isNumber(left) && isNumber(right)) {
            boolean floating = left instanceof Real || right instanceof Real;
            return floating ? real(left) == real(right) : integer(left) == integer(right);
        }
        if (left instanceof Sequence a && right instanceof Sequence b) {
            if (a.tuple() != b.tuple() || a.items().size() != b.items().size()) {
                return false;
            }
            for (int i = 0; i < a.items().size(); i++) {
                if (!same(a.items().get(i), b.items().get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Mapping a && right instanceof Mapping b) {
            return a.entries().size() == b.entries().size()
                    && a.entries().entrySet().stream().allMatch(entry -> {
                        Value other = b.entries().get(entry.getKey());
                        return other != null && same(entry.getValue(), other);
                    });
        }
        if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        }
        return left.equals(right);
    }

    static int compare(Value left, Value right) {
        if (isNumber(left) && isNumber(right)) {
            return left instanceof Real || right instanceof Real
                    ? Double.compare(real(left), real(right))
                    : Long.compare(integer(left), integer(right));
        }
        if (left instanceof Text a && right instanceof Text b) {
            return compareCodePoints(a.chars(), b.chars());
        }
        if (left instanceof Sequence a && right instanceof Sequence b && a.tuple() == b.tuple()) {
            for (int i = 0; i < Math.min(a.items().size(), b.items().size()); i++) {
                if (!same(a.items().get(i), b.items().get(i))) {
                    return compare(a.items().get(i), b.items().get(i));
                }
            }
            return Integer.compare(a.items().size(), b.items().size());
        }
        throw new TemplateFault("cannot order " + kind(defined(left)) + " and " + kind(defined(right)));
    }

    private static int compareCodePoints(String left, String right) {
        int[] a = left.codePoints().toArray();
        int[] b = right.codePoints().toArray();
        return Arrays.compare(a, b);
    }

    static boolean contains(Value container, Value item) {
        return switch (container) {
            case Undefined u -> false;
            case Text text -> {
                if (item instanceof Text part) {
                    yield text.chars().contains(part.chars());
                }
                throw new TemplateFault("'in' of a string needs a string, not " + kind(item));
            }
            case Sequence list -> list.items().stream().anyMatch(member -> same(member, item));
            case Generator generator -> generator.take().stream().anyMatch(member -> same(member, item));
            case Mapping map -> map.entries().containsKey(item);
            default ->
                throw new TemplateFault(kind(container) + " contains nothing ('in' needs a string, list or dict)");
        };
    }

    static Value add(Run run, Value left, Value right) {
        if (left instanceof Text a && right instanceof Text b) {
            run.charge((long) a.chars().length() + b.chars().length());
            return a.plus(b);
        }
        if (left instanceof Sequence a && right instanceof Sequence b && a.tuple() == b.tuple()) {
            run.charge(((long) a.items().size() + b.items().size()) * 4);
            List<Value> all = new ArrayList<>(a.items());
            all.addAll(b.items());
            return new Sequence(all, a.tuple());
        }
        return arithmetic("+", left, right);
    }

    static Value multiply(Run run, Value left, Value right) {
        if (left instanceof Int && !isNumber(right)) {
            return multiply(run, right, left);
        }
        if (right instanceof Int times && left instanceof Text text) {
            long count = Math.max(0, times.value());
            if (!text.isEmpty() && count > Text.MAX_CHARS / text.chars().length()) {
                throw new TemplateFault("the text is longer than " + Text.MAX_CHARS + " characters");
            }
            run.charge(count * text.chars().length());
            Text.Builder all = new Text.Builder();
            for (long i = 0; i < count && !text.isEmpty(); i++) {
                all.append(text);
            }
            return all.build().markup(text.isMarkup());
        }
        if (right instanceof Int times && left instanceof Sequence list) {
            long count = Math.max(0, times.value());
            if (!list.items().isEmpty()
                    && count > Globals.MAX_RANGE / list.items().size()) {
                throw new TemplateFault("the list is longer than " + Globals.MAX_RANGE);
            }
            run.charge(count * list.items().size() * 4);
            List<Value> all = new ArrayList<>();
            for (long i = 0; i < count && !list.items().isEmpty(); i++) {
                all.addAll(list.items());
            }
            return new Sequence(all, list.tuple());
        }
        return arithmetic("*", left, right);
    }

    static Value arithmetic(String operator, Value left, Value right) {
        if (!isNumber(left) || !isNumber(right)) {
            throw new TemplateFault(
                    "cannot compute " + kind(defined(left)) + " " + operator + " " + kind(defined(right)));
        }
        boolean division = operator.equals("/") || operator.equals("//") || operator.equals("%");
        if (division && real(right) == 0) {
            throw new TemplateFault("division by zero");
        }
        if (left instanceof Real || right instanceof Real || operator.equals("/")) {
            return new Real(realArithmetic(operator, real(left), real(right)));
        }
        try {
            return integerArithmetic(operator, integer(left), integer(right));
        } catch (ArithmeticException e) {
            throw new TemplateFault("the result of " + operator + " has more than 64 bits");
        }
    }

    private static double realArithmetic(String operator, double a, double b) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - b * Math.floor(a / b);
            case "**" -> Math.pow(a, b);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private static Value integerArithmetic(String operator, long a, long b) {
        return switch (operator) {
            case "+" -> new Int(Math.addExact(a, b));
            case "-" -> new Int(Math.subtractExact(a, b));
            case "*" -> new Int(Math.multiplyExact(a, b));
            case "//" -> new Int(Math.floorDiv(a, b));
            case "%" -> new Int(Math.floorMod(a, b));
            case "**" -> b < 0 ? new Real(Math.pow((double) a, (double) b)) : new Int(power(a, b));
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private static long power(long base, long exponent) {
        if (exponent > 64 && base != 0 && base != 1 && base != -1) {
            throw new ArithmeticException();
        }
        long result = 1;
        for (long i = 0; i < (exponent > 64 ? 64 + exponent % 2 : exponent); i++) {
            result = Math.multiplyExact(result, base);
        }
        return result;
    }

    static Value negate(Value value) {
        return arithmetic("*", new Int(-1), value);
    }

    static boolean isNumber(Value value) {
        return value instanceof Int || value instanceof Real || value instanceof Bool;
    }

    static double real(Value value) {
        return value instanceof Real number ? number.value() : integer(value);
    }

    static long integer(Value value) {
        return switch (value) {
            case Int number -> number.value();
            case Bool bool -> bool.value() ? 1 : 0;
            default -> throw new TemplateFault(kind(value) + " is no number");
        };
    }

    /** {@code value.name}: an attribute or method first, then a key. */
    static Value attribute(Value value, String name) {
        defined(value);
        Value method = Methods.find(value, name);
        if (method != null) {
            return method;
        }
        Value found = switch (value) {
            case Mapping map -> map.entries().get(Text.template(name));
            case Namespace namespace -> namespace.attributes().get(name);
            case Loop loop -> loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            default -> null;
        };
        if (found != null) {
            return found;
        }
        return new Undefined(
                Methods.changes(value, name)
                        ? "method '" + name + "' of " + kind(value) + " is refused: a template cannot change a value"
                        : kind(value) + " has no attribute '" + name + "'");
    }

    /** {@code value[key]}: an item first, then an attribute. */
    static Value item(Value value, Value key) {
        defined(value);
        if (value instanceof Mapping map) {
            Value found = map.entries().get(key);
            if (found != null) {
                return found;
            }
        }
        if (key instanceof Text name) {
            return attribute(value, name.chars());
        }
        if (key instanceof Int || key instanceof Bool) {
            long index = integer(key);
            int length = switch (value) {
                case Sequence list -> list.items().size();
                case Text text -> text.length();
                default -> 0;
            };
            long at = index < 0 ? index + length : index;
            if (at >= 0 && at < length) {
                return value instanceof Sequence list ? list.items().get((int) at) : ((Text) value).at((int) at);
            }
        }
        return new Undefined(
                kind(value) + " has no element " + Printer.repr(key).chars());
    }

    /** {@code value[start:stop:step]}, as Python slices. */
    static Value slice(Run run, Value value, Value start, Value stop, Value step) {
        int by = step == None.NONE ? 1 : toInt(step, "step");
        if (by == 0) {
            throw new TemplateFault("slice step is zero");
        }
        List<Value> items = switch (defined(value)) {
            case Sequence list -> list.items();
            case Text text -> items(text);
            default -> throw new TemplateFault(kind(value) + " cannot be sliced");
        };
        int length = items.size();
        run.charge(length);
        int from = bound(start, by > 0 ? 0 : length - 1, length, by);
        int to = bound(stop, by > 0 ? length : -1, length, by);
        List<Value> sliced = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            sliced.add(items.get((int) i));
        }
        if (value instanceof Text text) {
            Text.Builder all = new Text.Builder();
            sliced.forEach(part -> all.append((Text) part));
            return all.build().markup(text.isMarkup());
        }
        return new Sequence(sliced, ((Sequence) value).tuple());
    }

    private static int bound(Value given, int absent, int length, int by) {
        if (given == None.NONE) {
            return absent;
        }
        int index = toInt(given, "slice bound");
        int at = index < 0 ? index + length : index;
        return by > 0 ? Math.clamp(at, 0, length) : Math.clamp(at, -1, length - 1);
    }
}
