package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.insula.api.error.RequestFailure;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Reads typed fields of one JSON object; null and absent are the same, everything else of the wrong type is refused. */
final class Fields {

    private static final int SHOWN_CHARS = 60;

    private final ObjectNode object;

    Fields(ObjectNode object) {
        this.object = object;
    }

    @Nullable
    JsonNode get(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    @Nullable
    String text(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(name, value, "a string");
        }
        return value.textValue();
    }

    boolean flag(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrong(name, value, "true or false");
        }
        return value.booleanValue();
    }

    @Nullable
    Double number(String name, int low, int high) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        String allowed = low + ".." + high;
        if (!value.isNumber()) {
            throw wrong(name, value, allowed);
        }
        // Compared as decimals: 2.0000000000000000001 is a double 2.0.
        BigDecimal decimal = value.decimalValue();
        if (decimal.compareTo(BigDecimal.valueOf(low)) < 0 || decimal.compareTo(BigDecimal.valueOf(high)) > 0) {
            throw wrong(name, value, allowed);
        }
        return decimal.doubleValue();
    }

    @Nullable
    Long integer(String name, long low, long high) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        String allowed = "an integer, " + low + ".." + high;
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(name, value, allowed);
        }
        long integer = value.longValue();
        if (integer < low || integer > high) {
            throw wrong(name, value, allowed);
        }
        return integer;
    }

    static RequestFailure wrong(String name, JsonNode value, String allowed) {
        return ApiError.invalid(name, shown(value) + " (expected: " + allowed + ")")
                .failure();
    }

    static RequestFailure missing(String name, String allowed) {
        return new ApiError.MissingField(name + ": missing (expected: " + allowed + ")", name).failure();
    }

    static String shown(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> value.isEmpty() ? "[]" : "an array";
            default -> {
                String text = value.toString();
                yield text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
            }
        };
    }
}
