package io.insula.launcher.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings from a properties file and the environment, which wins, and knows every setting that was asked for.
 *
 * <p>{@code INSULA_DATABASE_URL_FILE} names a file that holds the value of {@code database.url}, and so for every
 * setting: secrets need not stand in an environment.
 *
 * <p>Reading a setting declares it: its key, default and meaning stand in one place. After the last one has been read,
 * {@link #refuseUnknown} reports what nobody asked for.
 */
public final class Settings {

    private static final String PREFIX = "INSULA_";
    /** What a variable ends with that names a file which holds the value. */
    private static final String FILE = "_FILE";

    private static final int MAX_VALUE_BYTES = 64 * 1024;

    private final Map<String, String> file;
    private final Map<String, String> environment;
    private final List<Setting> declared = new ArrayList<>();
    private final String source;

    private Settings(String source, Map<String, String> file, Map<String, String> environment) {
        this.source = source;
        this.file = file;
        this.environment = environment;
    }

    public static Settings of(Map<String, String> file, Map<String, String> environment) {
        return new Settings("settings", new TreeMap<>(file), Map.copyOf(environment));
    }

    /** Reads {@code file} when it exists; an absent file means defaults. */
    public static Settings read(Path file, Map<String, String> environment) {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new ConfigurationException(file + ": cannot be read (" + e.getMessage() + ")");
            }
        }
        Map<String, String> values = new TreeMap<>();
        properties.forEach((key, value) -> values.put((String) key, ((String) value).strip()));
        return new Settings(file.toString(), values, Map.copyOf(environment));
    }

    /** Every setting asked for so far, in that order. */
    public List<Setting> declared() {
        return List.copyOf(declared);
    }

    public String text(String key, String defaultValue, String meaning) {
        return raw(new Setting(key, defaultValue, "text", meaning));
    }

    public boolean flag(String key, boolean defaultValue, String meaning) {
        Setting setting = new Setting(key, Boolean.toString(defaultValue), "true or false", meaning);
        return switch (raw(setting)) {
            case "true" -> true;
            case "false" -> false;
            case String other -> throw refused(setting, other);
        };
    }

    /** One of a few words, in lower case; {@code values} are those that there are. */
    public <E extends Enum<E>> E choice(String key, E defaultValue, List<E> values, String meaning) {
        List<String> words = values.stream().map(Settings::word).toList();
        Setting setting = new Setting(key, word(defaultValue), String.join(" or ", words), meaning);
        String value = raw(setting);
        int chosen = words.indexOf(value);
        if (chosen < 0) {
            throw refused(setting, value);
        }
        return values.get(chosen);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    public int integer(String key, int defaultValue, int least, int most, String meaning) {
        return (int) number(key, defaultValue, least, most, meaning);
    }

    public long number(String key, long defaultValue, long least, long most, String meaning) {
        Setting setting = new Setting(key, Long.toString(defaultValue), least + ".." + most, meaning);
        String value = raw(setting);
        try {
            long number = Long.parseLong(value);
            if (number < least || number > most) {
                throw refused(setting, value);
            }
            return number;
        } catch (NumberFormatException e) {
            throw refused(setting, value);
        }
    }

    /** A length of time, written like {@code 500ms}, {@code 30s} or {@code 5m}. */
    public Duration duration(String key, Duration defaultValue, Duration least, Duration most, String meaning) {
        Setting setting = new Setting(key, show(defaultValue), show(least) + ".." + show(most), meaning);
        String value = raw(setting);
        Duration duration = parseDuration(value);
        if (duration == null || duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw refused(setting, value);
        }
        return duration;
    }

    /** A size, written like {@code 64KiB}, {@code 10MiB} or {@code 1GiB}. */
    public long size(String key, long defaultBytes, long leastBytes, long mostBytes, String meaning) {
        Setting setting =
                new Setting(key, showSize(defaultBytes), showSize(leastBytes) + ".." + showSize(mostBytes), meaning);
        String value = raw(setting);
        long bytes = parseSize(value);
        if (bytes < leastBytes || bytes > mostBytes) {
            throw refused(setting, value);
        }
        return bytes;
    }

    /** Fails when the file or an {@code INSULA_} variable holds a key that nobody read, naming the nearest known one. */
    public void refuseUnknown() {
        List<String> keys = declared.stream().map(Setting::key).toList();
        for (String key : file.keySet()) {
            if (!keys.contains(key)) {
                throw new ConfigurationException(
                        source + ": unknown setting '" + key + "' (nearest: '" + nearest(key, keys) + "')");
            }
        }
        List<String> variables =
                declared.stream().map(Setting::environmentVariable).toList();
        for (String variable : environment.keySet()) {
            if (variable.startsWith(PREFIX)
                    && !variables.contains(variable)
                    && !(variable.endsWith(FILE)
                            && variables.contains(variable.substring(0, variable.length() - FILE.length())))
                    && !variable.equals(PREFIX + "JAVA_OPTS")) {
                throw new ConfigurationException("environment: unknown setting " + variable + " (nearest: "
                        + nearest(variable, variables) + ")");
            }
        }
    }

    private String raw(Setting setting) {
        declared.add(setting);
        String variable = setting.environmentVariable();
        @Nullable String value = environment.get(variable);
        @Nullable String valueFile = environment.get(variable + FILE);
        if (value != null && valueFile != null) {
            throw new ConfigurationException(
                    "environment: " + variable + " and " + variable + FILE + " (expected: one of them)");
        }
        if (valueFile != null) {
            return textOf(variable + FILE, Path.of(valueFile));
        }
        return value != null ? value : file.getOrDefault(setting.key(), setting.defaultValue());
    }

    /** A secret that a container or a service is handed as a file; its last line's end is not part of it. */
    private static String textOf(String variable, Path file) {
        try {
            if (Files.size(file) > MAX_VALUE_BYTES) {
                throw new ConfigurationException("environment: " + variable + ": " + file
                        + " is too long (expected: at most " + MAX_VALUE_BYTES + " bytes)");
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new ConfigurationException("environment: " + variable + ": " + file + " cannot be read (" + e + ")");
        }
    }

    private static ConfigurationException refused(Setting setting, String value) {
        return new ConfigurationException(setting.key() + ": " + value + " (expected: " + setting.expected() + ")");
    }

    private static @Nullable Duration parseDuration(String text) {
        try {
            if (text.endsWith("ms")) {
                return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
            } else if (text.endsWith("s")) {
                return Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1)));
            } else if (text.endsWith("m")) {
                return Duration.ofMinutes(Long.parseLong(text.substring(0, text.length() - 1)));
            }
            return null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    static String show(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 60_000 == 0 && millis > 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    private static long parseSize(String text) {
        try {
            int shift = text.endsWith("KiB") ? 10 : text.endsWith("MiB") ? 20 : text.endsWith("GiB") ? 30 : 0;
            String digits = shift == 0 ? text : text.substring(0, text.length() - 3);
            return Math.multiplyExact(Long.parseLong(digits.strip()), 1L << shift);
        } catch (NumberFormatException | ArithmeticException e) {
            return -1;
        }
    }

    static String showSize(long bytes) {
        for (int shift = 30; shift > 0; shift -= 10) {
            if (bytes >= 1L << shift && bytes % (1L << shift) == 0) {
                return (bytes >> shift) + (shift == 30 ? "GiB" : shift == 20 ? "MiB" : "KiB");
            }
        }
        return Long.toString(bytes);
    }

    private static String nearest(String key, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
                .orElse("");
    }

    /** Levenshtein distance, by rows. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
