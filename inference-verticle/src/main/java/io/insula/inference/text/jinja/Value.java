package io.insula.inference.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a template computes with: values of its own kinds, never a Java object of the program around it. */
public sealed interface Value
        permits Value.Undefined,
                Value.None,
                Value.Bool,
                Value.Int,
                Value.BigInt,
                Value.Real,
                Text,
                Value.Sequence,
                Value.Mapping,
                Generator,
                Namespace,
                Callable {

    /** No list or dict that a template builds may weigh more. */
    long MAX_WEIGHT = 64L << 20;

    /** A name, key or attribute that does not exist: prints as nothing, is false, and fails when it is used further. */
    record Undefined(String why) implements Value {}

    /** Python's None. */
    enum None implements Value {
        NONE
    }

    /** True or false. */
    record Bool(boolean value) implements Value {
        static final Bool TRUE = new Bool(true);
        static final Bool FALSE = new Bool(false);

        static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    /** An integer; a result outside 64 bits is an error. */
    record Int(long value) implements Value {}

    /** An integer of more than 64 bits, as a JSON schema may hold it: printed and compared, never computed with. */
    record BigInt(BigInteger value) implements Value {}

    /** A float. */
    record Real(double value) implements Value {}

    /**
     * A list or tuple; never changed.
     *
     * @param weight of the items together
     */
    record Sequence(List<Value> items, boolean tuple, long weight) implements Value {
        public Sequence {
            items = List.copyOf(items);
        }

        Sequence(List<Value> items, boolean tuple) {
            this(items, tuple, weigh(items));
        }

        static Sequence list(List<? extends Value> items) {
            return new Sequence(List.copyOf(items), false);
        }

        static Sequence tuple(Value... items) {
            return new Sequence(List.of(items), true);
        }
    }

    /**
     * A dictionary in insertion order; never changed.
     *
     * @param weight of the keys and values together
     */
    record Mapping(Map<Value, Value> entries, long weight) implements Value {
        Mapping(Map<Value, Value> entries) {
            this(entries, weigh(entries.keySet()) + weigh(entries.values()));
        }
    }

    /** How much a walk over a value touches; what is shared counts as often as it is met. */
    static long weight(Value value) {
        return switch (value) {
            case Text text -> 1 + text.chars().length();
            case Sequence list -> 1 + list.weight();
            case Mapping map -> 1 + map.weight();
            case Generator generator -> 1 + generator.weight();
            default -> 1;
        };
    }

    private static long weigh(Collection<Value> values) {
        long weight = 0;
        for (Value value : values) {
            weight += weight(value);
        }
        if (weight > MAX_WEIGHT) {
            throw new TemplateFault("a list or dict of more than " + MAX_WEIGHT + " elements and characters");
        }
        return weight;
    }

    /**
     * A value whose characters count as data.
     *
     * @param value null, Boolean, Float, Double, an integer of any size, String, List, Map with string keys, or a Value
     */
    static Value data(@Nullable Object value) {
        return of(value, true);
    }

    /**
     * A value whose characters count as the template's own, for what the model file says: its special tokens, say.
     *
     * @param value as in {@link #data}
     */
    static Value template(@Nullable Object value) {
        return of(value, false);
    }

    private static Value of(@Nullable Object value, boolean data) {
        return switch (value) {
            case null -> None.NONE;
            case Value ready -> ready;
            case Boolean bool -> Bool.of(bool);
            case String text -> data ? Text.data(text) : Text.template(text);
            case Double real -> new Real(real);
            case Float real -> new Real(real);
            case BigInteger large when large.bitLength() > 63 -> new BigInt(large);
            case Number number -> new Int(number.longValue());
            case List<?> list -> {
                List<Value> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(of(item, data)));
                yield Sequence.list(items);
            }
            case Map<?, ?> map -> {
                Map<Value, Value> entries = new LinkedHashMap<>();
                map.forEach((key, item) -> entries.put(of(key, data), of(item, data)));
                yield new Mapping(entries);
            }
            default ->
                throw new IllegalArgumentException(
                        "value of " + value.getClass() + " (expected: null, Boolean, Number, String, List or Map)");
        };
    }
}
