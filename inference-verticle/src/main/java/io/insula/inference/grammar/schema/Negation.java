package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The schemas of which at least one accepts whatever a given schema does not.
 *
 * @param branches together they never accept what the schema accepts
 * @param complete whether they accept everything else, but for what {@code closed} leaves out; some negations ("there is an
 *     item that ...") are no shape
 * @param closed whether objects with further members are left out, which the schema does not accept either
 */
record Negation(List<SchemaNode> branches, boolean complete, boolean closed) {

    /** Of longer lists of oneOf the pairs that both match are left out. */
    private static final int MAX_PAIRED = 16;

    static Negation of(SchemaNode node) {
        Builder builder = new Builder(node);
        builder.scalars();
        builder.strings();
        builder.arrays();
        builder.objects();
        builder.applicators();
        return new Negation(builder.branches, builder.complete, builder.closed);
    }

    private static final class Builder {

        private final SchemaNode node;
        private final List<SchemaNode> branches = new ArrayList<>();
        private boolean complete = true;
        private boolean closed;

        Builder(SchemaNode node) {
            this.node = node;
        }

        private SchemaNode branch(int types) {
            SchemaNode branch = SchemaNode.ofTypes(node.pointer, types);
            branches.add(branch);
            return branch;
        }

        void scalars() {
            if (node.never) {
                branch(SchemaNode.ANY);
            }
            int others = SchemaNode.ANY & ~node.types;
            if (others != 0) {
                branch(others);
            }
            if (node.integers) {
                branch(SchemaNode.NUMBER).notMultipleOf = BigDecimal.ONE;
            }
            if (node.values != null) {
                branch(SchemaNode.ANY).notValues.addAll(node.values);
            }
            if (!node.notValues.isEmpty()) {
                branch(SchemaNode.ANY).values = node.notValues;
            }
            if (node.min != null) {
                branch(SchemaNode.NUMBER).max = new SchemaNode.Bound(node.min.value(), !node.min.exclusive());
            }
            if (node.max != null) {
                branch(SchemaNode.NUMBER).min = new SchemaNode.Bound(node.max.value(), !node.max.exclusive());
            }
            if (node.multipleOf != null) {
                branch(SchemaNode.NUMBER).notMultipleOf = node.multipleOf;
            }
            if (node.notMultipleOf != null) {
                branch(SchemaNode.NUMBER).multipleOf = node.notMultipleOf;
            }
        }

        void strings() {
            if (node.minLength > 0) {
                branch(SchemaNode.STRING).maxLength = node.minLength - 1;
            }
            if (node.maxLength != SchemaNode.UNBOUNDED) {
                branch(SchemaNode.STRING).minLength = node.maxLength + 1;
            }
            for (SchemaNode.PatternTest test : node.patterns) {
                branch(SchemaNode.STRING).patterns.add(new SchemaNode.PatternTest(test.pattern(), !test.negated()));
            }
            complete &= !StringFormats.constrains(node.format);
        }

        void arrays() {
            if (node.minItems > 0) {
                branch(SchemaNode.ARRAY).maxItems = node.minItems - 1;
            }
            if (node.maxItems != SchemaNode.UNBOUNDED) {
                branch(SchemaNode.ARRAY).minItems = node.maxItems + 1;
            }
            int prefix = node.prefixItems.size();
            for (int i = 0; i < prefix; i++) {
                SchemaNode branch = branch(SchemaNode.ARRAY);
                branch.minItems = i + 1;
                for (int before = 0; before < i; before++) {
                    branch.prefixItems.add(new SchemaNode(node.pointer));
                }
                branch.prefixItems.add(SchemaNode.not(node.pointer, node.prefixItems.get(i)));
            }
            if (node.items != null && node.items.never) {
                branch(SchemaNode.ARRAY).minItems = prefix + 1;
            } else {
                complete &= node.items == null;
            }
            complete &= !node.uniqueItems && node.contains == null;
        }

        void objects() {
            if (node.minProperties > 0) {
                branch(SchemaNode.OBJECT).maxProperties = node.minProperties - 1;
            }
            if (node.maxProperties != SchemaNode.UNBOUNDED) {
                branch(SchemaNode.OBJECT).minProperties = node.maxProperties + 1;
            }
            node.required.forEach(name -> without(branch(SchemaNode.OBJECT), name));
            node.properties.forEach((name, child) -> {
                SchemaNode branch = branch(SchemaNode.OBJECT);
                branch.required.add(name);
                branch.properties.put(name, SchemaNode.not(node.pointer, child));
            });
            node.dependentRequired.forEach((name, others) -> others.forEach(other -> {
                SchemaNode branch = branch(SchemaNode.OBJECT);
                branch.required.add(name);
                without(branch, other);
            }));
            node.dependentSchemas.forEach((name, child) -> {
                SchemaNode branch = branch(SchemaNode.OBJECT);
                branch.required.add(name);
                branch.nots.add(child);
            });
            closed = node.additionalProperties != null && node.additionalProperties.never;
            complete &= node.patternProperties.isEmpty()
                    && (closed || node.additionalProperties == null)
                    && node.propertyNames == null;
        }

        private void without(SchemaNode branch, String name) {
            branch.properties.put(name, SchemaNode.never(node.pointer));
        }

        void applicators() {
            node.allOf.forEach(child -> branch(SchemaNode.ANY).nots.add(child));
            node.anyOf.forEach(children -> branch(SchemaNode.ANY).nots.addAll(children));
            if (!node.oneOf.isEmpty()) {
                branch(SchemaNode.ANY).nots.addAll(node.oneOf);
                complete &= node.oneOf.size() <= MAX_PAIRED;
                for (int i = 0; i < Math.min(node.oneOf.size(), MAX_PAIRED); i++) {
                    for (int j = 0; j < i; j++) {
                        branch(SchemaNode.ANY).allOf.addAll(List.of(node.oneOf.get(j), node.oneOf.get(i)));
                    }
                }
            }
            node.nots.forEach(child -> branch(SchemaNode.ANY).allOf.add(child));
            if (node.condition != null) {
                SchemaNode.Condition condition = Objects.requireNonNull(node.condition);
                if (condition.then() != null) {
                    SchemaNode branch = branch(SchemaNode.ANY);
                    branch.allOf.add(condition.when());
                    branch.nots.add(condition.then());
                }
                if (condition.otherwise() != null) {
                    SchemaNode branch = branch(SchemaNode.ANY);
                    branch.nots.addAll(List.of(condition.when(), condition.otherwise()));
                }
            }
        }
    }
}
