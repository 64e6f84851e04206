package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Schemas that must all be met, seen as what they say together about scalars. */
final class Conjunct {

    private final List<SchemaNode> nodes;
    private int types = SchemaNode.ANY;
    private @Nullable List<JsonValue> values;
    private final List<JsonValue> notValues = new ArrayList<>();

    Conjunct(List<SchemaNode> nodes) {
        this.nodes = nodes;
        for (SchemaNode node : nodes) {
            types &= node.types;
            notValues.addAll(node.notValues);
            if (node.values != null) {
                List<JsonValue> both = new ArrayList<>(node.values);
                if (values != null) {
                    both.retainAll(new java.util.HashSet<>(values));
                }
                values = both;
            }
        }
        if (values != null) {
            values.removeAll(new java.util.HashSet<>(notValues));
        }
    }

    List<SchemaNode> nodes() {
        return nodes;
    }

    boolean has(int type) {
        return (types & type) != 0;
    }

    /** The only values that may be; null where there are no such. */
    @Nullable
    List<JsonValue> values() {
        return values;
    }

    boolean literal(int type, JsonValue value) {
        return has(type) && !notValues.contains(value) && (values == null || values.contains(value));
    }

    List<String> notStrings() {
        return notValues.stream()
                .filter(JsonValue.Text.class::isInstance)
                .map(value -> ((JsonValue.Text) value).value())
                .toList();
    }

    @Nullable
    List<String> strings() {
        return values == null
                ? null
                : values.stream()
                        .filter(JsonValue.Text.class::isInstance)
                        .map(value -> ((JsonValue.Text) value).value())
                        .toList();
    }

    List<BigDecimal> numbers(NumberConstraint constraint) {
        List<BigDecimal> numbers = new ArrayList<>();
        for (JsonValue value : values == null ? List.<JsonValue>of() : values) {
            if (value instanceof JsonValue.Numeral number && constraint.accepts(number.value())) {
                numbers.add(number.value());
            }
        }
        return numbers;
    }

    NumberConstraint numberConstraint() {
        boolean integers = false;
        SchemaNode.Bound min = null;
        SchemaNode.Bound max = null;
        List<BigDecimal> multiples = new ArrayList<>();
        List<BigDecimal> notMultiples = new ArrayList<>();
        List<BigDecimal> notEqual = new ArrayList<>();
        for (SchemaNode node : nodes) {
            integers |= node.integers;
            if (node.min != null) {
                min = ScalarKeywords.lower(min, node.min.value(), node.min.exclusive());
            }
            if (node.max != null) {
                max = ScalarKeywords.upper(max, node.max.value(), node.max.exclusive());
            }
            if (node.multipleOf != null) {
                multiples.add(node.multipleOf);
            }
            if (node.notMultipleOf != null) {
                notMultiples.add(node.notMultipleOf);
            }
        }
        for (JsonValue value : notValues) {
            if (value instanceof JsonValue.Numeral number) {
                notEqual.add(number.value());
            }
        }
        return new NumberConstraint(integers, min, max, multiples, notMultiples, notEqual);
    }

    /** The keyword to name when the numbers cannot be written as an automaton. */
    SchemaNode numberSource() {
        return nodes.stream()
                .filter(node -> node.multipleOf != null || node.notMultipleOf != null)
                .findFirst()
                .orElse(nodes.getFirst());
    }
}
