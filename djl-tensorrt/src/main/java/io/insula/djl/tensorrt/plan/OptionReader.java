package io.insula.djl.tensorrt.plan;

import static io.insula.djl.tensorrt.plan.ProfileOptions.refused;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a loader's options, texts or values, and refuses what is not allowed by its name. */
final class OptionReader {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(KiB|MiB|GiB|)");

    private final Map<String, ?> options;

    OptionReader(Map<String, ?> options) {
        this.options = options;
    }

    boolean has(String key) {
        return options.get(key) != null;
    }

    @Nullable
    String text(String key) {
        Object value = options.get(key);
        return value == null ? null : value.toString().strip();
    }

    boolean flag(String key, boolean fallback) {
        return switch (text(key)) {
            case null -> fallback;
            case "true" -> true;
            case "false" -> false;
            case String other -> throw refused(key, other, "true or false");
        };
    }

    int number(String key, int fallback, int from, int to) {
        String text = text(key);
        if (text == null) {
            return fallback;
        }
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < from || Integer.parseInt(text) > to) {
            throw refused(key, text, from + ".." + to);
        }
        return Integer.parseInt(text);
    }

    /** Bytes, with KiB, MiB or GiB where they are written. */
    long bytes(String key, long fallback, long from) {
        String text = text(key);
        if (text == null) {
            return fallback;
        }
        Matcher matcher = SIZE.matcher(text);
        long unit =
                text.endsWith("KiB") ? 1L << 10 : text.endsWith("MiB") ? 1L << 20 : text.endsWith("GiB") ? 1L << 30 : 1;
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) > Long.MAX_VALUE / unit) {
            throw refused(key, text, "bytes, as in 1073741824, 512MiB or 4GiB");
        }
        long bytes = Long.parseLong(matcher.group(1)) * unit;
        if (bytes < from) {
            throw refused(key, text, "at least " + from + " bytes");
        }
        return bytes;
    }

    <E extends Enum<E>> E choice(String key, E fallback, E[] values, Function<E, String> name) {
        String text = text(key);
        if (text == null) {
            return fallback;
        }
        return Arrays.stream(values)
                .filter(value -> name.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> refused(
                        key, text, Arrays.stream(values).map(name).collect(Collectors.joining(", ", "one of ", ""))));
    }

    /** A path, or null for {@code none}. */
    @Nullable
    Path path(String key, @Nullable Path fallback) {
        String text = text(key);
        if (text == null || text.equals("none")) {
            return text == null ? fallback : null;
        }
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(key + ": " + text + " (expected: a path or none)", e);
        }
    }

    /** Refuses a key that looks like one of the known ones: a mistyped option must not be dropped silently. */
    void refuseMistyped(List<String> known) {
        for (String key : options.keySet()) {
            int dot = key.indexOf('.');
            String stem = dot < 0 ? key : key.substring(0, dot);
            if (known.contains(key) || ProfileOptions.names(key)) {
                continue;
            }
            for (String name : known) {
                if (stem.equalsIgnoreCase(name) || distance(stem, name) <= 2) {
                    throw new IllegalArgumentException(key + ": no such option (did you mean " + name + "?)");
                }
            }
        }
    }

    /** Levenshtein's distance of short words; three for words whose lengths differ by more than two. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > 2) {
            return 3;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
