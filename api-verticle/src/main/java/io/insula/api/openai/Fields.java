package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.insula.api.error.RequestFailure;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Reads typed fields of one JSON object; null and absent are the same, everything else of the wrong type is refused. */
final class Fields {

    static final int SHOWN_CHARS = 60;

    private final ObjectNode object;
    private final String path;

    Fields(ObjectNode object) {
        this(object, "");
    }

    /**
     * @param path what stands before the fields' names in errors
     */
    Fields(ObjectNode object, String path) {
        this.object = object;
        this.path = path;
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
            throw wrong(path + name, value, "a string");
        }
        return value.textValue();
    }

    boolean flag(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrong(path + name, value, "true or false");
        }
        return value.booleanValue();
    }

    @Nullable
    Double number(String name, int low, int high) {
        JsonNode value = get(name);
        return value == null ? null : decimal(name, value, low, high, low + ".." + high);
    }

    double number(String name, int low, int high, double otherwise) {
        Double number = number(name, low, high);
        return number == null ? otherwise : number;
    }

    /** A number of more than zero. */
    double positive(String name, int high, double otherwise) {
        JsonNode value = get(name);
        if (value == null) {
            return otherwise;
        }
        String allowed = "more than 0, at most " + high;
        double number = decimal(name, value, 0, high, allowed);
        if (number == 0) {
            throw wrong(path + name, value, allowed);
        }
        return number;
    }

    private double decimal(String name, JsonNode value, int low, int high, String allowed) {
        if (!value.isNumber()) {
            throw wrong(path + name, value, allowed);
        }
        // Compared as decimals: 2.0000000000000000001 is a double 2.0.
        BigDecimal decimal = value.decimalValue();
        if (decimal.compareTo(BigDecimal.valueOf(low)) < 0 || decimal.compareTo(BigDecimal.valueOf(high)) > 0) {
            throw wrong(path + name, value, allowed);
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
            throw wrong(path + name, value, allowed);
        }
        long integer = value.longValue();
        if (integer < low || integer > high) {
            throw wrong(path + name, value, allowed);
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
