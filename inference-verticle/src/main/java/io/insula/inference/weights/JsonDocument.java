package io.insula.inference.weights;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A JSON object of a model folder, read with the types that its reader expects.
 *
 * <p>Every getter comes twice: with a key alone the value must be there, with a fallback it may be absent or null.
 *
 * <p><b>Errors:</b> {@link ModelFileException} names the file, the key, what was found and what is expected.
 */
public final class JsonDocument {

    private final String name;
    private final JsonObject object;

    private JsonDocument(String name, JsonObject object) {
        this.name = name;
        this.object = object;
    }

    /** Reads a file of at most that many bytes. */
    static JsonDocument read(Path file, int maxBytes) {
        return parse(String.valueOf(file.getFileName()), text(file, maxBytes));
    }

    /** The text of a file of at most that many bytes. */
    static String text(Path file, int maxBytes) {
        String name = String.valueOf(file.getFileName());
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new ModelFileException(name + ": longer than " + maxBytes + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new ModelFileException(file + ": no such file", e);
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Parses an object. */
    static JsonDocument parse(String name, String json) {
        try {
            if (Json.decodeValue(json) instanceof JsonObject object) {
                return new JsonDocument(name, object);
            }
        } catch (DecodeException e) {
            throw new ModelFileException(name + ": not JSON: " + e.getMessage(), e);
        }
        throw new ModelFileException(name + ": not a JSON object");
    }

    /** What messages call it. */
    public String name() {
        return name;
    }

    /** The object itself, for a reader with needs of its own; not to be changed. */
    public JsonObject object() {
        return object;
    }

    public boolean contains(String key) {
        return object.getValue(key) != null;
    }

    public long integer(String key) {
        return integer(key, object.getValue(key));
    }

    public long integer(String key, long fallback) {
        return contains(key) ? integer(key) : fallback;
    }

    public double real(String key) {
        return required(key, Number.class, "a number").doubleValue();
    }

    public double real(String key, double fallback) {
        return contains(key) ? real(key) : fallback;
    }

    public boolean bool(String key, boolean fallback) {
        return contains(key) ? required(key, Boolean.class, "true or false") : fallback;
    }

    public String string(String key) {
        return required(key, String.class, "a string");
    }

    public String string(String key, String fallback) {
        return contains(key) ? string(key) : fallback;
    }

    /** A list of integers, or a single one as a list of its own; empty when absent. */
    public List<Long> integers(String key) {
        List<Long> integers = new ArrayList<>();
        for (Object element : elements(key)) {
            integers.add(integer(key, element));
        }
        return integers;
    }

    /** A list of strings; empty when absent. */
    public List<String> strings(String key) {
        List<String> strings = new ArrayList<>();
        for (Object element : elements(key)) {
            if (!(element instanceof String string)) {
                throw mismatch(key, "a list of strings");
            }
            strings.add(string);
        }
        return strings;
    }

    /** An object within this one. */
    public Optional<JsonDocument> find(String key) {
        return contains(key)
                ? Optional.of(new JsonDocument(name + ": " + key, object(key, object.getValue(key))))
                : Optional.empty();
    }

    /** An error that names this document. */
    public ModelFileException broken(String what) {
        return new ModelFileException(name + ": " + what);
    }

    private JsonObject object(String key, Object value) {
        if (value instanceof JsonObject inner) {
            return inner;
        }
        throw mismatch(key, "an object");
    }

    private Iterable<?> elements(String key) {
        Object value = object.getValue(key);
        if (value == null) {
            return List.of();
        }
        return value instanceof Iterable<?> list ? list : List.of(value);
    }

    private long integer(String key, Object value) {
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw mismatch(key, "an integer");
    }

    private <T> T required(String key, Class<T> kind, String expected) {
        Object value = object.getValue(key);
        if (!kind.isInstance(value)) {
            throw mismatch(key, expected);
        }
        return kind.cast(value);
    }

    private ModelFileException mismatch(String key, String expected) {
        return broken(key + (contains(key) ? " is of another kind" : " is missing") + " (expected: " + expected + ")");
    }
}
