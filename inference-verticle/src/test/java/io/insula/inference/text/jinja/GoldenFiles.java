package io.insula.inference.text.jinja;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The golden files beside these tests; {@code SOURCES.md} says where they come from. */
final class GoldenFiles {

    private GoldenFiles() {}

    static String read(String name) {
        try (InputStream in = GoldenFiles.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A chat template, from here or from the folder of those that chat-cases.json adds. */
    static String template(String name) {
        boolean here = GoldenFiles.class.getResource(name + ".jinja") != null;
        return read((here ? "" : "templates/") + name + ".jinja");
    }

    static Stream<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast);
    }

    /** Plain maps and lists instead of JSON objects; every string counts as data. */
    static Map<String, Value> variables(JsonObject json) {
        Map<String, Value> variables = new HashMap<>();
        json.fieldNames().forEach(name -> variables.put(name, Value.data(plain(json.getValue(name)))));
        return variables;
    }

    private static Object plain(Object value) {
        return switch (value) {
            case null -> Value.None.NONE;
            case JsonObject object -> {
                Map<String, Object> map = new LinkedHashMap<>();
                object.fieldNames().forEach(name -> map.put(name, plain(object.getValue(name))));
                yield map;
            }
            case JsonArray array -> {
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < array.size(); i++) {
                    list.add(plain(array.getValue(i)));
                }
                yield list;
            }
            default -> value;
        };
    }
}
