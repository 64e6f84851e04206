package io.insula.inference.weights;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The typed key/value pairs of a model file's header.
 *
 * <p>Every getter comes twice: with a key alone the value must be there, with a fallback it may be absent. A value that is
 * there but of another kind is an error in both.
 *
 * <p><b>Errors:</b> {@link ModelFileException} names the file, the key, what was found and what is expected.
 */
public final class GgufMetadata {

    private final String file;
    private final Map<String, Object> values;

    /** Takes values of the classes Long, Double, Boolean, String, {@code long[]}, {@code double[]} and List. */
    GgufMetadata(String file, Map<String, Object> values) {
        this.file = file;
        this.values = Collections.unmodifiableMap(values);
    }

    public Set<String> keys() {
        return values.keySet();
    }

    public boolean contains(String key) {
        return values.containsKey(key);
    }

    /** The values by key, as instances of the classes that the constructor names. */
    Map<String, Object> values() {
        return values;
    }

    /** {@code general.architecture}: "llama", "qwen2", … */
    public String architecture() {
        return string("general.architecture");
    }

    public String string(String key) {
        return required(key, String.class, "a string");
    }

    public String string(String key, String fallback) {
        return contains(key) ? string(key) : fallback;
    }

    /** A value of any of the integer types. */
    public long integer(String key) {
        return required(key, Long.class, "an integer");
    }

    public long integer(String key, long fallback) {
        return contains(key) ? integer(key) : fallback;
    }

    /** A value of a floating-point or an integer type. */
    public double real(String key) {
        return required(key, Number.class, "a number").doubleValue();
    }

    public double real(String key, double fallback) {
        return contains(key) ? real(key) : fallback;
    }

    public boolean bool(String key) {
        return required(key, Boolean.class, "a bool");
    }

    public boolean bool(String key, boolean fallback) {
        return contains(key) ? bool(key) : fallback;
    }

    /** An array of strings; immutable. */
    public List<String> strings(String key) {
        List<?> found = required(key, List.class, "an array of strings");
        for (Object element : found) {
            if (!(element instanceof String)) {
                throw mismatch(key, found, "an array of strings");
            }
        }
        @SuppressWarnings("unchecked") // every element was just seen to be a string, and the list is immutable
        List<String> strings = (List<String>) found;
        return strings;
    }

    public List<String> strings(String key, List<String> fallback) {
        return contains(key) ? strings(key) : fallback;
    }

    /** An array of any of the integer types; the caller's own copy. */
    public long[] integers(String key) {
        return required(key, long[].class, "an array of integers").clone();
    }

    /** An array of a floating-point type; the caller's own copy. */
    public double[] reals(String key) {
        return required(key, double[].class, "an array of floating-point numbers")
                .clone();
    }

    private <T> T required(String key, Class<T> kind, String expected) {
        Object value = values.get(key);
        if (value == null) {
            throw new ModelFileException(file + ": metadata " + key + " is missing (expected: " + expected + ")");
        }
        if (!kind.isInstance(value)) {
            throw mismatch(key, value, expected);
        }
        return kind.cast(value);
    }

    private ModelFileException mismatch(String key, Object value, String expected) {
        return new ModelFileException(
                file + ": metadata " + key + " is " + kind(value) + " (expected: " + expected + ")");
    }

    private static String kind(Object value) {
        return switch (value) {
            case String _ -> "a string";
            case Long _ -> "an integer";
            case Double _ -> "a floating-point number";
            case Boolean _ -> "a bool";
            case long[] _ -> "an array of integers";
            case double[] _ -> "an array of floating-point numbers";
            default -> "an array of another kind";
        };
    }
}
