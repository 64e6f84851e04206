package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One schema: what its keywords say, with references resolved. Written by {@link SchemaReader} and {@link Negation},
 * which make schemas of their own, and not changed afterwards.
 */
final class SchemaNode {

    static final int NULL = 1;
    static final int BOOLEAN = 2;
    static final int NUMBER = 4;
    static final int STRING = 8;
    static final int ARRAY = 16;
    static final int OBJECT = 32;
    static final int ANY = 63;

    private static final int MAX_ALIASES = 1000;

    static final int UNBOUNDED = Integer.MAX_VALUE;

    /**
     * @param exclusive whether the bound itself is out
     */
    record Bound(BigDecimal value, boolean exclusive) {}

    /**
     * @param negated whether it must not match
     */
    record PatternTest(String pattern, boolean negated) {}

    record Condition(
            SchemaNode when,
            @Nullable SchemaNode then,
            @Nullable SchemaNode otherwise) {}

    final String pointer;

    /** The schema that this one refers to, where it says nothing else. */
    @Nullable
    SchemaNode alias;

    int types = ANY;
    /** Numbers must be whole. */
    boolean integers;
    /** Accepts nothing. */
    boolean never;

    @Nullable
    List<JsonValue> values;

    final List<JsonValue> notValues = new ArrayList<>();

    @Nullable
    Bound min;

    @Nullable
    Bound max;

    @Nullable
    BigDecimal multipleOf;

    @Nullable
    BigDecimal notMultipleOf;

    int minLength;
    int maxLength = UNBOUNDED;
    final List<PatternTest> patterns = new ArrayList<>();
    String format = "";

    final List<SchemaNode> prefixItems = new ArrayList<>();

    @Nullable
    SchemaNode items;

    int minItems;
    int maxItems = UNBOUNDED;
    boolean uniqueItems;

    @Nullable
    SchemaNode contains;

    int minContains = 1;
    int maxContains = UNBOUNDED;

    final Map<String, SchemaNode> properties = new LinkedHashMap<>();
    final Map<String, SchemaNode> patternProperties = new LinkedHashMap<>();

    @Nullable
    SchemaNode additionalProperties;

    @Nullable
    SchemaNode propertyNames;

    final List<String> required = new ArrayList<>();
    int minProperties;
    int maxProperties = UNBOUNDED;
    final Map<String, List<String>> dependentRequired = new LinkedHashMap<>();
    final Map<String, SchemaNode> dependentSchemas = new LinkedHashMap<>();

    final List<SchemaNode> allOf = new ArrayList<>();
    final List<List<SchemaNode>> anyOf = new ArrayList<>();
    final List<SchemaNode> oneOf = new ArrayList<>();
    final List<SchemaNode> nots = new ArrayList<>();

    @Nullable
    Condition condition;

    SchemaNode(String pointer) {
        this.pointer = pointer;
    }

    /** A schema that accepts values of these types. */
    static SchemaNode ofTypes(String pointer, int types) {
        SchemaNode node = new SchemaNode(pointer);
        node.types = types;
        return node;
    }

    static SchemaNode never(String pointer) {
        SchemaNode node = new SchemaNode(pointer);
        node.never = true;
        return node;
    }

    /** A schema that accepts whatever another does not. */
    static SchemaNode not(String pointer, SchemaNode other) {
        SchemaNode node = new SchemaNode(pointer);
        node.nots.add(other);
        return node;
    }

    /** A schema that accepts one value, an array or an object. */
    static SchemaNode exactly(String pointer, JsonValue value) {
        SchemaNode node = new SchemaNode(pointer);
        switch (value) {
            case JsonValue.Array array -> {
                node.types = ARRAY;
                array.items().forEach(item -> node.prefixItems.add(exactly(pointer, item)));
                node.minItems = array.items().size();
                node.maxItems = node.minItems;
            }
            case JsonValue.Members object -> {
                node.types = OBJECT;
                object.members().forEach((name, child) -> {
                    node.properties.put(name, exactly(pointer, child));
                    node.required.add(name);
                });
                node.additionalProperties = never(pointer);
            }
            default -> node.values = List.of(value);
        }
        return node;
    }

    /** The schema itself, behind references. */
    SchemaNode resolved() {
        SchemaNode at = this;
        for (int steps = 0; at.alias != null && steps < MAX_ALIASES; steps++) {
            at = at.alias;
        }
        return at;
    }

    SchemaException error(String keyword, String reason) {
        return new SchemaException(pointer, keyword, reason);
    }
}
