package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The value of a keyword, read as what the keyword takes. */
record KeywordValue(String pointer, String keyword, JsonValue value) {

    SchemaException wrong(String expected) {
        return new SchemaException(pointer, keyword, "has a value of the wrong kind (expected: " + expected + ")");
    }

    String text() {
        if (value instanceof JsonValue.Text text) {
            return text.value();
        }
        throw wrong("a string");
    }

    boolean flag() {
        if (value instanceof JsonValue.Bool bool) {
            return bool.value();
        }
        throw wrong("true or false");
    }

    BigDecimal number() {
        if (value instanceof JsonValue.Numeral number) {
            return number.value();
        }
        throw wrong("a number");
    }

    /** A whole number from 0; those beyond an int are its greatest. */
    int count() {
        BigDecimal number = number();
        if (number.signum() < 0 || number.stripTrailingZeros().scale() > 0) {
            throw wrong("a whole number from 0");
        }
        return number.min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue();
    }

    List<JsonValue> list() {
        if (value instanceof JsonValue.Array array) {
            return array.items();
        }
        throw wrong("an array");
    }

    List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (JsonValue item : list()) {
            texts.add(new KeywordValue(pointer, keyword, item).text());
        }
        return texts;
    }

    Map<String, JsonValue> members() {
        if (value instanceof JsonValue.Members members) {
            return members.members();
        }
        throw wrong("an object");
    }
}
