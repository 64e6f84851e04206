package io.insula.api.vizra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The Vizra ADK's validation rules; finds every field at fault, not only the first. */
final class VizraValidation {

    private static final Set<String> ROLES = Set.of("system", "user", "assistant");

    private final Map<String, List<String>> faults = new LinkedHashMap<>();

    private VizraValidation() {}

    static Map<String, List<String>> faults(ObjectNode root) {
        VizraValidation validation = new VizraValidation();
        validation.required(root.get("model"), "model", JsonNode::isTextual, "a string");
        validation.messages(root.get("messages"));
        validation.optional(root.get("stream"), "stream", JsonNode::isBoolean, "true or false");
        validation.optional(root.get("temperature"), "temperature", number(0, 2), "a number, 0..2");
        validation.optional(root.get("top_p"), "top_p", number(0, 1), "a number, 0..1");
        validation.optional(root.get("max_tokens"), "max_tokens", VizraValidation::positive, "an integer, >= 1");
        validation.optional(root.get("n"), "n", value -> value.isIntegralNumber() && value.asLong() == 1, "1");
        validation.optional(root.get("user"), "user", JsonNode::isTextual, "a string");
        return validation.faults;
    }

    private void messages(@Nullable JsonNode messages) {
        required(messages, "messages", value -> value.isArray() && !value.isEmpty(), "an array of at least 1 message");
        if (messages == null || !messages.isArray()) {
            return;
        }
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            required(
                    message.get("role"),
                    "messages." + i + ".role",
                    value -> value.isTextual() && ROLES.contains(value.textValue()),
                    "system, user or assistant");
            required(message.get("content"), "messages." + i + ".content", JsonNode::isTextual, "a string");
        }
    }

    private void required(@Nullable JsonNode value, String field, Predicate<JsonNode> allowed, String expected) {
        if (value == null || value.isNull()) {
            fault(field, "missing (expected: " + expected + ")");
        } else if (!allowed.test(value)) {
            fault(field, "expected: " + expected);
        }
    }

    private void optional(@Nullable JsonNode value, String field, Predicate<JsonNode> allowed, String expected) {
        if (value != null && !value.isNull() && !allowed.test(value)) {
            fault(field, "expected: " + expected);
        }
    }

    private void fault(String field, String message) {
        faults.computeIfAbsent(field, name -> new ArrayList<>()).add(message);
    }

    private static Predicate<JsonNode> number(int low, int high) {
        return value -> value.isNumber()
                && value.decimalValue().compareTo(BigDecimal.valueOf(low)) >= 0
                && value.decimalValue().compareTo(BigDecimal.valueOf(high)) <= 0;
    }

    private static boolean positive(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 1;
    }
}
