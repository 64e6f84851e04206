package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Reads the keywords whose values are no schemas. */
final class ScalarKeywords {

    private static final String TYPES = "null, boolean, integer, number, string, array or object";

    private ScalarKeywords() {}

    /** Reads a keyword into a schema; false where it is not among these. */
    static boolean read(SchemaNode node, KeywordValue in) {
        switch (in.keyword()) {
            case "type" -> type(node, in);
            case "enum" -> values(node, in, in.list());
            case "const" -> values(node, in, List.of(in.value()));
            case "minimum" -> node.min = lower(node.min, in.number(), false);
            case "maximum" -> node.max = upper(node.max, in.number(), false);
            case "exclusiveMinimum" -> {
                if (!(in.value() instanceof JsonValue.Bool)) {
                    node.min = lower(node.min, in.number(), true);
                } else if (in.flag()) {
                    throw in.wrong("a number, as in drafts from 6 on");
                }
            }
            case "exclusiveMaximum" -> {
                if (!(in.value() instanceof JsonValue.Bool)) {
                    node.max = upper(node.max, in.number(), true);
                } else if (in.flag()) {
                    throw in.wrong("a number, as in drafts from 6 on");
                }
            }
            case "multipleOf" -> {
                node.multipleOf = in.number();
                if (node.multipleOf.signum() <= 0) {
                    throw in.wrong("a number above 0");
                }
            }
            case "minLength" -> node.minLength = in.count();
            case "maxLength" -> node.maxLength = in.count();
            case "pattern" -> node.patterns.add(new SchemaNode.PatternTest(in.text(), false));
            case "format" -> node.format = in.text();
            case "minItems" -> node.minItems = in.count();
            case "maxItems" -> node.maxItems = in.count();
            case "uniqueItems" -> node.uniqueItems = in.flag();
            case "minContains" -> node.minContains = in.count();
            case "maxContains" -> node.maxContains = in.count();
            case "required" -> node.required.addAll(in.texts());
            case "minProperties" -> node.minProperties = in.count();
            case "maxProperties" -> node.maxProperties = in.count();
            case "dependentRequired" ->
                in.members()
                        .forEach((name, value) -> node.dependentRequired.put(
                                name, new KeywordValue(node.pointer, in.keyword(), value).texts()));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Both {@code enum} and {@code const} may be there: what is in both counts. */
    private static void values(SchemaNode node, KeywordValue in, List<JsonValue> values) {
        if (values.isEmpty()) {
            throw in.wrong("at least one value");
        }
        List<JsonValue> both = new ArrayList<>(new java.util.LinkedHashSet<>(values));
        if (node.values != null) {
            both.retainAll(new java.util.HashSet<>(node.values));
        }
        node.values = both;
    }

    private static void type(SchemaNode node, KeywordValue in) {
        List<String> names = in.value() instanceof JsonValue.Text ? List.of(in.text()) : in.texts();
        node.types = 0;
        for (String name : names) {
            node.types |= switch (name) {
                case "null" -> SchemaNode.NULL;
                case "boolean" -> SchemaNode.BOOLEAN;
                case "integer", "number" -> SchemaNode.NUMBER;
                case "string" -> SchemaNode.STRING;
                case "array" -> SchemaNode.ARRAY;
                case "object" -> SchemaNode.OBJECT;
                default -> throw node.error("type", "'" + name + "' is no type (expected: " + TYPES + ")");
            };
        }
        node.integers = names.contains("integer") && !names.contains("number");
        if (names.isEmpty()) {
            throw in.wrong("at least one of " + TYPES);
        }
    }

    static SchemaNode.Bound lower(
            SchemaNode.@org.jspecify.annotations.Nullable Bound old, BigDecimal value, boolean out) {
        int order = old == null ? 1 : value.compareTo(old.value());
        return old == null || order > 0 || (order == 0 && out) ? new SchemaNode.Bound(value, out) : old;
    }

    static SchemaNode.Bound upper(
            SchemaNode.@org.jspecify.annotations.Nullable Bound old, BigDecimal value, boolean out) {
        int order = old == null ? -1 : value.compareTo(old.value());
        return old == null || order < 0 || (order == 0 && out) ? new SchemaNode.Bound(value, out) : old;
    }
}
