package io.insula.inference.grammar.schema;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Numbers the sets of schemas that meet at a value. */
final class GoalTable {

    private final Map<SchemaNode, Integer> ordinals = new HashMap<>();
    private final Map<List<Integer>, Integer> ids = new HashMap<>();
    private final List<List<SchemaNode>> goals = new ArrayList<>();
    private final int maxGoals;

    GoalTable(int maxGoals) {
        this.maxGoals = maxGoals;
    }

    int id(List<SchemaNode> nodes) {
        List<SchemaNode> distinct = new ArrayList<>(new LinkedHashSet<>(nodes));
        for (SchemaNode node : distinct) {
            ordinals.putIfAbsent(node, ordinals.size());
        }
        List<Integer> key = distinct.stream()
                .map(ordinals::get)
                .sorted(Comparator.naturalOrder())
                .toList();
        Integer known = ids.get(key);
        if (known != null) {
            return known;
        }
        if (goals.size() >= maxGoals) {
            throw nodes.getFirst().error("", "has more than " + maxGoals + " combinations of schemas at one value");
        }
        ids.put(key, goals.size());
        goals.add(distinct);
        return goals.size() - 1;
    }

    List<SchemaNode> goal(int id) {
        return goals.get(id);
    }
}
