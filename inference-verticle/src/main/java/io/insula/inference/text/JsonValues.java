package io.insula.inference.text;

import io.insula.inference.text.jinja.Value;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON text of a client as values of a template, every character of which is data. */
final class JsonValues {

    private JsonValues() {}

    /** The fields of an object, in order; empty when the text is no JSON or no object. */
    static Optional<Map<String, Value>> object(String json) {
        try {
            if (Json.decodeValue(json) instanceof JsonObject object) {
                Map<String, Value> fields = new LinkedHashMap<>();
                object.getMap().forEach((name, value) -> fields.put(name, Value.data(plain(value))));
                return Optional.of(fields);
            }
            return Optional.empty();
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case JsonObject object -> plain(object.getMap());
            case JsonArray array -> plain(array.getList());
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                map.forEach((name, field) -> fields.put(String.valueOf(name), plain(field)));
                yield fields;
            }
            case List<?> list -> {
                List<@Nullable Object> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(plain(item)));
                yield items;
            }
            default -> value;
        };
    }
}
