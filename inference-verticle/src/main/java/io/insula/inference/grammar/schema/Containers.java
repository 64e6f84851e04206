package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import io.insula.inference.grammar.automaton.Spelling;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes shapes of what schemas that must all be met say of arrays and objects.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class Containers {

    /** More than a model can write. */
    private static final int MAX_LEAST = 100_000;

    private static final int MAX_PATTERNS = 16;

    /** A finite set of up to so many names becomes properties. */
    private static final int MAX_LISTED_NAMES = 64;

    private static final int MAX_LISTED_STATES = 1000;

    private final Strings strings;
    private final ToIntFunction<List<SchemaNode>> goals;
    private final java.util.function.Function<List<SchemaNode>, StringLanguage> nameLanguage;

    /**
     * @param goals numbers the schemas that meet at a child
     * @param nameLanguage the strings that meet some schemas
     */
    Containers(
            Strings strings,
            ToIntFunction<List<SchemaNode>> goals,
            java.util.function.Function<List<SchemaNode>, StringLanguage> nameLanguage) {
        this.strings = strings;
        this.goals = goals;
        this.nameLanguage = nameLanguage;
    }

    /** The arrays that meet all the schemas; null where there are none. */
    Shape.@Nullable Items items(List<SchemaNode> nodes) {
        int min = 0;
        int max = Shape.UNBOUNDED;
        int prefix = 0;
        for (SchemaNode node : nodes) {
            checkLeast(node, "minItems", node.minItems);
            min = Math.max(min, node.minItems);
            max = Math.min(max, node.maxItems);
            prefix = Math.max(prefix, node.prefixItems.size());
        }
        for (SchemaNode node : nodes) {
            if (node.uniqueItems && max > 1) {
                throw node.error("uniqueItems", "is not supported where there may be more than one item");
            }
            if (node.contains != null && (node.minContains > 0 || node.maxContains != Shape.UNBOUNDED)) {
                throw node.error("contains", "is not supported");
            }
        }
        if (min > max) {
            return null;
        }
        List<Integer> first = new ArrayList<>();
        for (int i = 0; i < Math.min(prefix, max); i++) {
            List<SchemaNode> goal = new ArrayList<>();
            for (SchemaNode node : nodes) {
                if (i < node.prefixItems.size()) {
                    goal.add(node.prefixItems.get(i));
                } else if (node.items != null) {
                    goal.add(node.items);
                }
            }
            first.add(goals.applyAsInt(goal));
        }
        List<SchemaNode> rest = new ArrayList<>();
        for (SchemaNode node : nodes) {
            if (node.items != null) {
                rest.add(node.items);
            }
        }
        return new Shape.Items(first, goals.applyAsInt(rest), min, max);
    }

    private static void checkLeast(SchemaNode node, String keyword, int least) {
        if (least > MAX_LEAST) {
            throw node.error(keyword, least + " is more than a model can write (expected: 0.." + MAX_LEAST + ")");
        }
    }

    static void checkLengths(SchemaNode node) {
        checkLeast(node, "minLength", node.minLength);
    }

    /** The objects that meet all the schemas; null where there are none. */
    Shape.@Nullable Members members(List<SchemaNode> nodes) {
        int min = 0;
        int max = Shape.UNBOUNDED;
        Set<String> names = new LinkedHashSet<>();
        Set<String> required = new LinkedHashSet<>();
        List<SchemaNode> nameSchemas = new ArrayList<>();
        for (SchemaNode node : nodes) {
            checkLeast(node, "minProperties", node.minProperties);
            min = Math.max(min, node.minProperties);
            max = Math.min(max, node.maxProperties);
            names.addAll(node.properties.keySet());
            required.addAll(node.required);
            if (node.propertyNames != null) {
                nameSchemas.add(node.propertyNames);
            }
        }
        names.addAll(required);
        StringLanguage allowed = nameSchemas.isEmpty()
                ? new StringLanguage.Any(0, StringLanguage.UNBOUNDED)
                : nameLanguage.apply(nameSchemas);
        List<Shape.Property> properties = new ArrayList<>();
        List<Shape.Spelled> declared = new ArrayList<>();
        for (String name : names) {
            byte[] spelled = Spelling.JSON.bytes(name);
            declared.add(new Shape.Spelled(spelled));
            List<SchemaNode> goal = childGoal(nodes, name, spelled);
            boolean possible = strings.contains(allowed, name)
                    && goal.stream().noneMatch(node -> node.never)
                    && strings.anything().match(spelled) != ByteDfa.NONE;
            if (possible) {
                properties.add(new Shape.Property(
                        new Shape.Spelled(spelled), goals.applyAsInt(goal), required.contains(name)));
            } else if (required.contains(name)) {
                return null;
            }
        }
        Shape.Names further = furtherNames(nodes, allowed, declared);
        if (further != null && further.language() != null) {
            long words = further.language().isEmpty() ? 0 : further.language().words()[0];
            if (words <= MAX_LISTED_NAMES && further.language().states() > MAX_LISTED_STATES) {
                throw nodes.getFirst()
                        .error("patternProperties", "has names of more than " + MAX_LISTED_STATES + " bytes");
            }
            if (words <= MAX_LISTED_NAMES) {
                List<Integer> children = further.children();
                further.language()
                        .list((text, tag) ->
                                properties.add(new Shape.Property(new Shape.Spelled(text), children.get(tag), false)));
                further = null;
            }
        }
        return min > max ? null : new Shape.Members(properties, further, min, max);
    }

    private List<SchemaNode> childGoal(List<SchemaNode> nodes, String name, byte[] spelled) {
        strings.work().spend(PROPERTY_STEPS + nodes.size() + (long) spelled.length);
        List<SchemaNode> goal = new ArrayList<>();
        for (SchemaNode node : nodes) {
            SchemaNode own = node.properties.get(name);
            boolean evaluated = own != null;
            if (own != null) {
                goal.add(own);
            }
            for (var entry : node.patternProperties.entrySet()) {
                if (strings.pattern(node, "patternProperties", entry.getKey()).match(spelled) != ByteDfa.NONE) {
                    goal.add(entry.getValue());
                    evaluated = true;
                }
            }
            if (!evaluated && node.additionalProperties != null) {
                goal.add(node.additionalProperties);
            }
        }
        return goal;
    }

    /** What a property of one alternative is worth: some hundred bytes and half a microsecond. */
    private static final int PROPERTY_STEPS = 300;

    private record NamePattern(SchemaNode owner, SchemaNode child, ByteDfa names) {}

    /** Names that are not declared, by the schemas that their members must meet. */
    private Shape.@Nullable Names furtherNames(
            List<SchemaNode> nodes, StringLanguage allowed, List<Shape.Spelled> declared) {
        List<NamePattern> patterns = new ArrayList<>();
        for (SchemaNode node : nodes) {
            node.patternProperties.forEach((pattern, child) ->
                    patterns.add(new NamePattern(node, child, strings.pattern(node, "patternProperties", pattern))));
        }
        if (patterns.isEmpty() && allowed.isEverything()) {
            List<SchemaNode> goal = furtherGoal(nodes, patterns, new int[1]);
            return goal.stream().anyMatch(node -> node.never)
                    ? null
                    : new Shape.Names(null, List.of(goals.applyAsInt(goal)), declared);
        }
        SchemaNode blamed =
                patterns.isEmpty() ? nodes.getFirst() : patterns.getFirst().owner();
        String keyword = patterns.isEmpty() ? "propertyNames" : "patternProperties";
        if (patterns.size() > MAX_PATTERNS) {
            throw blamed.error(keyword, "has more than " + MAX_PATTERNS + " patterns for one object");
        }
        List<Integer> children = new ArrayList<>();
        ByteDfa language = Strings.blame(blamed, keyword, () -> {
            List<ByteDfa> factors = new ArrayList<>();
            factors.add(Languages.difference(
                    strings.content(allowed),
                    Languages.texts(declared.stream().map(Shape.Spelled::bytes).toList(), strings.work()),
                    strings.work()));
            patterns.forEach(pattern -> factors.add(pattern.names()));
            boolean[] required = new boolean[factors.size()];
            required[0] = true;
            return Languages.product(
                    factors, required, tags -> furtherTag(nodes, patterns, tags, children), strings.work());
        });
        return language.isEmpty() ? null : new Shape.Names(language, children, List.of());
    }

    private int furtherTag(List<SchemaNode> nodes, List<NamePattern> patterns, int[] tags, List<Integer> children) {
        if (tags[0] == ByteDfa.NONE) {
            return ByteDfa.NONE;
        }
        List<SchemaNode> goal = furtherGoal(nodes, patterns, tags);
        if (goal.stream().anyMatch(node -> node.never)) {
            return ByteDfa.NONE;
        }
        int id = goals.applyAsInt(goal);
        int place = children.indexOf(id);
        if (place < 0) {
            children.add(id);
            place = children.size() - 1;
        }
        return place;
    }

    private static List<SchemaNode> furtherGoal(List<SchemaNode> nodes, List<NamePattern> patterns, int[] tags) {
        List<SchemaNode> goal = new ArrayList<>();
        for (SchemaNode node : nodes) {
            boolean evaluated = false;
            for (int i = 0; i < patterns.size(); i++) {
                if (patterns.get(i).owner() == node && tags[i + 1] != ByteDfa.NONE) {
                    goal.add(patterns.get(i).child());
                    evaluated = true;
                }
            }
            if (!evaluated && node.additionalProperties != null) {
                goal.add(node.additionalProperties);
            }
        }
        return goal;
    }
}
