package io.insula.inference.grammar.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON strictly, keeps the order of members and the exact value of numbers, and stops at the limits.
 *
 * <p><b>Errors:</b> {@link SchemaException} without keyword.
 */
public final class JsonReader {

    /** Beyond these, numbers cannot be written out. */
    private static final int MAX_SCALE = 400;

    private static final int MAX_DIGITS = 1000;

    /** The text's length bounds strings and names, the schema's limits the depth. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(MAX_DIGITS)
                    .build())
            .build();

    private final JsonParser parser;
    private final int maxDepth;
    private int nodesLeft;
    private int depth;

    private JsonReader(JsonParser parser, SchemaLimits limits) {
        this.parser = parser;
        this.maxDepth = limits.maxDepth();
        this.nodesLeft = limits.maxNodes();
    }

    /** Reads a text that is one value. */
    public static JsonValue read(String text, SchemaLimits limits) {
        if (text.length() > limits.maxBytes()) {
            throw new SchemaException("#", "", "longer than " + limits.maxBytes() + " bytes");
        }
        try (JsonParser parser = JSON.createParser(text)) {
            JsonReader reader = new JsonReader(parser, limits);
            JsonValue value = reader.value(parser.nextToken());
            if (parser.nextToken() != null) {
                throw reader.error("more after the value");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw error(e.getOriginalMessage(), e.getLocation().getCharOffset());
        } catch (IOException e) {
            throw new IllegalStateException("a text cannot fail to be read", e);
        }
    }

    private JsonValue value(@Nullable JsonToken token) throws IOException {
        if (--nodesLeft < 0) {
            throw new SchemaException("#", "", "has too many parts");
        }
        if (token == null) {
            throw error("no value");
        }
        return switch (token) {
            case START_OBJECT -> members();
            case START_ARRAY -> array();
            case VALUE_STRING -> new JsonValue.Text(whole(parser.getText()));
            case VALUE_TRUE -> new JsonValue.Bool(true);
            case VALUE_FALSE -> new JsonValue.Bool(false);
            case VALUE_NULL -> new JsonValue.Null();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
            default -> throw error("not a value");
        };
    }

    private JsonValue members() throws IOException {
        enter();
        Map<String, JsonValue> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = whole(parser.currentName());
            members.put(name, value(parser.nextToken()));
        }
        depth--;
        return new JsonValue.Members(members);
    }

    private JsonValue array() throws IOException {
        enter();
        List<JsonValue> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(value(token));
        }
        depth--;
        return new JsonValue.Array(items);
    }

    private void enter() {
        if (++depth > maxDepth) {
            throw new SchemaException("#", "", "nested more than " + maxDepth + " deep");
        }
    }

    private JsonValue number() throws IOException {
        try {
            BigDecimal value = new BigDecimal(parser.getText()).stripTrailingZeros();
            if (Math.abs((long) value.scale()) > MAX_SCALE) {
                throw error("a number beyond 1e" + MAX_SCALE);
            }
            return new JsonValue.Numeral(value);
        } catch (NumberFormatException e) {
            throw error("a number beyond 1e" + MAX_SCALE);
        }
    }

    /** A text without half a surrogate pair, which JSON can spell and UTF-8 cannot. */
    private String whole(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (text.codePointAt(i) >= Character.MIN_SURROGATE && text.codePointAt(i) <= Character.MAX_SURROGATE) {
                throw error("half of a surrogate pair");
            }
        }
        return text;
    }

    private SchemaException error(String what) {
        return error(what, parser.currentLocation().getCharOffset());
    }

    private static SchemaException error(String what, long at) {
        return new SchemaException("#", "", "not JSON: " + what + ", at character " + at);
    }
}
