package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** A value of a JSON text; equal when JSON Schema calls two values equal. */
public sealed interface JsonValue {

    /** The value {@code null}. */
    record Null() implements JsonValue {}

    /** True or false. */
    record Bool(boolean value) implements JsonValue {}

    /**
     * A number.
     *
     * @param value without trailing zeros
     */
    record Numeral(BigDecimal value) implements JsonValue {

        public Numeral {
            value = value.stripTrailingZeros();
        }
    }

    /** A string without halves of surrogate pairs. */
    record Text(String value) implements JsonValue {}

    /** An array. */
    record Array(List<JsonValue> items) implements JsonValue {}

    /**
     * An object.
     *
     * @param members in the order of the text
     */
    record Members(Map<String, JsonValue> members) implements JsonValue {}
}
