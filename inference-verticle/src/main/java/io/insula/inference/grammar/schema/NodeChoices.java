package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.Workbench;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * What schemas leave to choose, each asked once: anyOf, oneOf without overlaps, if, dependencies, and what a negation
 * leaves.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class NodeChoices implements Expansion.Choices {

    private final Workbench work;
    private final BiPredicate<SchemaNode, SchemaNode> disjoint;
    private final Map<SchemaNode, List<List<List<SchemaNode>>>> cache = new HashMap<>();
    private final Map<SchemaNode, Negation> negations = new HashMap<>();
    private final Map<SchemaNode, Boolean> inexact = new HashMap<>();

    /**
     * @param disjoint whether it is certain that no value meets both schemas
     */
    NodeChoices(Workbench work, BiPredicate<SchemaNode, SchemaNode> disjoint) {
        this.work = work;
        this.disjoint = disjoint;
    }

    @Override
    public void spend(long steps) {
        work.spend(steps);
    }

    @Override
    public List<List<List<SchemaNode>>> of(SchemaNode node) {
        List<List<List<SchemaNode>>> known = cache.get(node);
        if (known == null) {
            known = new ArrayList<>();
            collect(node, known);
            cache.put(node, known);
        }
        return known;
    }

    /** Whether the choices of a schema leave out values that would meet it. */
    boolean isInexact(SchemaNode node) {
        return inexact.containsKey(node);
    }

    private void collect(SchemaNode node, List<List<List<SchemaNode>>> choices) {
        node.anyOf.forEach(nodes -> choices.add(Expansion.each(nodes)));
        if (!node.oneOf.isEmpty()) {
            choices.add(oneOf(node));
        }
        for (SchemaNode not : node.nots) {
            choices.add(negated(node, not, "not"));
        }
        for (JsonValue value : node.notValues) {
            if (value instanceof JsonValue.Array || value instanceof JsonValue.Members) {
                choices.add(negated(node, SchemaNode.exactly(node.pointer, value), "not"));
            }
        }
        if (node.condition != null) {
            SchemaNode.Condition condition = node.condition;
            List<SchemaNode> met = new ArrayList<>(List.of(condition.when()));
            if (condition.then() != null) {
                met.add(condition.then());
            }
            List<SchemaNode> unmet = new ArrayList<>(List.of(SchemaNode.not(node.pointer, condition.when())));
            if (condition.otherwise() != null) {
                unmet.add(condition.otherwise());
            }
            choices.add(List.of(met, unmet));
        }
        node.dependentRequired.forEach((name, others) -> {
            SchemaNode with = present(node, name);
            with.required.addAll(others);
            choices.add(List.of(List.of(with), List.of(absent(node, name))));
        });
        node.dependentSchemas.forEach((name, schema) ->
                choices.add(List.of(List.of(present(node, name), schema), List.of(absent(node, name)))));
    }

    private static SchemaNode present(SchemaNode node, String name) {
        SchemaNode present = SchemaNode.ofTypes(node.pointer, SchemaNode.OBJECT);
        present.required.add(name);
        return present;
    }

    private static SchemaNode absent(SchemaNode node, String name) {
        SchemaNode absent = new SchemaNode(node.pointer);
        absent.properties.put(name, SchemaNode.never(node.pointer));
        return absent;
    }

    private List<List<SchemaNode>> oneOf(SchemaNode node) {
        List<List<SchemaNode>> alternatives = new ArrayList<>();
        int count = node.oneOf.size();
        List<List<SchemaNode>> apart = new ArrayList<>();
        node.oneOf.forEach(child -> apart.add(new ArrayList<>(List.of(child))));
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < i; j++) {
                work.spend(8);
                if (!disjoint.test(node.oneOf.get(i), node.oneOf.get(j))) {
                    apart.get(i).add(without(node, node.oneOf.get(i), node.oneOf.get(j)));
                    apart.get(j).add(without(node, node.oneOf.get(j), node.oneOf.get(i)));
                }
            }
        }
        alternatives.addAll(apart);
        return alternatives;
    }

    /** What meets one schema of a oneOf and not another, as a schema to be met beside the one. */
    private SchemaNode without(SchemaNode node, SchemaNode one, SchemaNode other) {
        SchemaNode denied = other.resolved();
        Negation negation = negations.computeIfAbsent(denied, Negation::of);
        if (!negation.complete()) {
            throw node.error(
                    "oneOf",
                    "has schemas of which one value may meet several, and what separates them cannot be written as a grammar"
                            + " (expected: schemas that differ in type, in a constant or in what they require)");
        }
        List<SchemaNode> branches = new ArrayList<>(negation.branches());
        if (negation.closed()) {
            inexact.put(node, true);
            for (String name : one.resolved().properties.keySet()) {
                if (!denied.properties.containsKey(name)) {
                    branches.add(present(node, name));
                }
            }
        }
        SchemaNode without = new SchemaNode(node.pointer);
        without.anyOf.add(branches);
        return without;
    }

    private List<List<SchemaNode>> negated(SchemaNode node, SchemaNode schema, String keyword) {
        Negation negation = negations.computeIfAbsent(schema.resolved(), Negation::of);
        if (!negation.complete() || negation.closed()) {
            throw node.error(
                    keyword,
                    "denies what cannot be denied in a grammar (supported: types, constants, bounds, patterns, lengths, required"
                            + " and properties)");
        }
        return Expansion.each(negation.branches());
    }
}
