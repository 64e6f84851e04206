package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** A value of a JSON text; equal when JSON Schema calls two values equal. */
public sealed interface JsonValue {

    record Null() implements JsonValue {}

    record Bool(boolean value) implements JsonValue {}

    /**
     * @param value without trailing zeros
     */
    record Number(BigDecimal value) implements JsonValue {

        public Number {
            value = value.stripTrailingZeros();
        }
    }

    record Text(String value) implements JsonValue {}

    record Array(List<JsonValue> items) implements JsonValue {}

    /**
     * @param members in the order of the text
     */
    record Members(Map<String, JsonValue> members) implements JsonValue {}
}
