package io.insula.djl.tensorrt.plan;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads optimization profiles as {@code trtexec} writes them: {@code minShapes=ids:1x8,mask:1x8}.
 *
 * <p>A suffix numbers further profiles: {@code minShapes.1}. What is left out of min and max is taken from opt, what is
 * left out of opt from max.
 */
final class ProfileOptions {
    static final String MIN = "minShapes";
    static final String OPT = "optShapes";
    static final String MAX = "maxShapes";

    private static final int MOST_PROFILES = 16;
    private static final int MOST_DIMENSIONS = 8;
    private static final Pattern SHAPE = Pattern.compile("\\d{1,18}(x\\d{1,18})*");

    private ProfileOptions() {}

    /** Whether a key is one of a profile's, numbered or not. */
    static boolean names(String key) {
        int dot = key.indexOf('.');
        return Set.of(MIN, OPT, MAX).contains(dot < 0 ? key : key.substring(0, dot));
    }

    /** The profiles of a loader's options, in their order; empty when none is given. */
    static List<Map<String, InputRange>> parse(Map<String, ?> options) {
        TreeMap<Integer, Map<String, Map<String, Shape>>> profiles = new TreeMap<>();
        options.forEach((key, value) -> {
            if (names(key)) {
                int dot = key.indexOf('.');
                int index = dot < 0 ? 0 : index(key, key.substring(dot + 1));
                String kind = dot < 0 ? key : key.substring(0, dot);
                if (profiles.computeIfAbsent(index, i -> new LinkedHashMap<>())
                                .put(kind, shapes(key, String.valueOf(value)))
                        != null) {
                    throw refused(key, value, "profile 0 given once, with or without .0");
                }
            }
        });
        List<Map<String, InputRange>> parsed = new ArrayList<>();
        profiles.forEach((index, kinds) -> {
            if (index != parsed.size()) {
                throw refused(
                        MIN + "." + index,
                        "",
                        "profiles numbered from 0 without a gap, " + parsed.size() + " is missing");
            }
            parsed.add(profile(index, kinds));
        });
        return List.copyOf(parsed);
    }

    private static Map<String, InputRange> profile(int index, Map<String, Map<String, Shape>> kinds) {
        Set<String> inputs = new LinkedHashSet<>();
        kinds.values().forEach(shapes -> inputs.addAll(shapes.keySet()));
        TreeMap<String, InputRange> ranges = new TreeMap<>();
        for (String input : inputs) {
            Shape min = shape(kinds, MIN, input);
            Shape opt = shape(kinds, OPT, input);
            Shape max = shape(kinds, MAX, input);
            Shape middle = opt != null ? opt : max != null ? max : min;
            if (middle == null) {
                continue; // Cannot be: the input came from one of the three.
            }
            try {
                ranges.put(input, new InputRange(min == null ? middle : min, middle, max == null ? middle : max));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("profile " + index + ", input " + input + ": " + e.getMessage(), e);
            }
        }
        return Map.copyOf(ranges);
    }

    private static @Nullable Shape shape(Map<String, Map<String, Shape>> kinds, String kind, String input) {
        return kinds.getOrDefault(kind, Map.of()).get(input);
    }

    private static int index(String key, String text) {
        if (!text.matches("\\d{1,2}") || Integer.parseInt(text) >= MOST_PROFILES) {
            throw refused(key, text, "a profile's number, 0.." + (MOST_PROFILES - 1));
        }
        return Integer.parseInt(text);
    }

    /** The last colon separates, since names such as {@code ids:0} are usual. */
    private static Map<String, Shape> shapes(String key, String value) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String part : value.split(",", -1)) {
            int colon = part.lastIndexOf(':');
            String name = colon < 0 ? "" : part.substring(0, colon).strip();
            String dimensions = part.substring(colon + 1).strip();
            if (name.isEmpty()
                    || !(dimensions.equals("scalar")
                            || SHAPE.matcher(dimensions).matches())) {
                throw refused(key, value, "input:dimensions, comma between inputs, as in ids:1x128,mask:1x128");
            }
            if (shapes.put(name, parsed(key, value, dimensions)) != null) {
                throw refused(key, value, "each input once");
            }
        }
        return shapes;
    }

    private static Shape parsed(String key, String value, String dimensions) {
        if (dimensions.equals("scalar")) {
            return new Shape();
        }
        String[] parts = dimensions.split("x", -1);
        if (parts.length > MOST_DIMENSIONS) {
            throw refused(key, value, "at most " + MOST_DIMENSIONS + " dimensions");
        }
        long[] shape = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            shape[i] = Long.parseLong(parts[i]);
        }
        return new Shape(shape);
    }

    static IllegalArgumentException refused(String key, Object value, String expected) {
        return new IllegalArgumentException(key + ": " + value + " (expected: " + expected + ")");
    }
}
