package io.insula.inference.grammar.schema;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies out what schemas that meet at one value say: into sets of schemas of which one must be met with all its
 * own keywords. References and allOf are followed, anyOf, oneOf, not, if and dependencies are chosen from.
 *
 * <p><b>Errors:</b> {@link SchemaException} for a schema that refers to itself at the same value, and for too many sets.
 */
final class Expansion {

    private static final int MAX_DEPTH = 100;
    private static final int CONJUNCTS_PER_ALTERNATIVE = 16;

    /** A schema on the way in, and through which it came. */
    private record Pending(SchemaNode node, @Nullable Pending from, int depth) {

        Pending(SchemaNode node, @Nullable Pending from) {
            this(node, from, from == null ? 0 : from.depth + 1);
        }

        boolean comesFrom(SchemaNode other) {
            for (Pending at = from; at != null; at = at.from) {
                if (at.node == other) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Alternatives of which one is chosen, each a list of schemas. */
    private record Choice(List<List<SchemaNode>> alternatives, Pending from) {}

    private final Choices choices;
    private final int maxConjuncts;
    private final Set<Set<SchemaNode>> conjuncts = new LinkedHashSet<>();

    Expansion(Choices choices, int maxAlternatives) {
        this.choices = choices;
        this.maxConjuncts = maxAlternatives * CONJUNCTS_PER_ALTERNATIVE;
    }

    /** The sets of schemas; none where nothing meets all of the goal. */
    Set<Set<SchemaNode>> of(List<SchemaNode> goal) {
        Deque<Pending> pending = new ArrayDeque<>();
        goal.forEach(node -> pending.add(new Pending(node, null)));
        expand(pending, new LinkedHashSet<>(), new ArrayDeque<>(), SchemaNode.ANY, 0);
        return conjuncts;
    }

    private void expand(Deque<Pending> pending, Set<SchemaNode> flat, Deque<Choice> open, int allowed, int depth) {
        int types = allowed;
        while (!pending.isEmpty()) {
            Pending next = pending.remove();
            SchemaNode node = next.node();
            choices.spend(1L + next.depth());
            if (next.comesFrom(node)) {
                throw node.error("$ref", "comes back to the same schema without going into a value");
            }
            if (!flat.add(node)) {
                continue;
            }
            types &= node.types;
            if (node.never || types == 0) {
                return;
            }
            node.allOf.forEach(child -> pending.add(new Pending(child, next)));
            for (List<List<SchemaNode>> alternatives : choices.of(node)) {
                open.add(new Choice(alternatives, next));
            }
        }
        if (open.isEmpty()) {
            choices.spend(flat.size());
            conjuncts.add(flat);
            if (conjuncts.size() > maxConjuncts) {
                throw flat.iterator().next().error("anyOf", "has more than " + maxConjuncts + " combinations");
            }
            return;
        }
        Choice choice = open.remove();
        SchemaNode from = choice.from().node();
        if (depth >= MAX_DEPTH) {
            throw from.error("anyOf", "has more than " + MAX_DEPTH + " choices at one value");
        }
        for (List<SchemaNode> alternative : choice.alternatives()) {
            choices.spend(flat.size() + open.size());
            Deque<Pending> into = new ArrayDeque<>();
            alternative.forEach(node -> into.add(new Pending(node, choice.from())));
            expand(into, new LinkedHashSet<>(flat), new ArrayDeque<>(open), types, depth + 1);
        }
    }

    /** What a schema leaves to choose. */
    interface Choices {

        /** Choices of which each must be made; a choice is a list of alternatives, an alternative a list of schemas. */
        List<List<List<SchemaNode>>> of(SchemaNode node);

        void spend(long steps);
    }

    /** Lists of one schema each. */
    static List<List<SchemaNode>> each(List<SchemaNode> nodes) {
        List<List<SchemaNode>> alternatives = new ArrayList<>();
        nodes.forEach(node -> alternatives.add(List.of(node)));
        return alternatives;
    }
}
