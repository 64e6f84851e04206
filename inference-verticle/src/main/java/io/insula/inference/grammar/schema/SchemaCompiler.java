package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.AutomatonException;
import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import io.insula.inference.grammar.automaton.Workbench;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compiles one schema into shapes.
 *
 * <p>Schemas that meet at a value become one goal; a goal becomes a shape whose children are goals again, until no new ones
 * come up. Then shapes without a value are taken out.
 *
 * <p><b>Thread:</b> one at a time; made for one schema.
 *
 * <p><b>Errors:</b> {@link SchemaException}.
 */
public final class SchemaCompiler {

    private static final int MAX_PROOF_DEPTH = 3;

    /** A shape, and whether it has every value that meets the goal. */
    private record Drawn(Shape shape, boolean exact) {}

    private final SchemaLimits limits;
    private final Workbench work;
    private final Strings strings;
    private final Numerals numerals;
    private final NodeChoices choices;
    private final GoalTable goals;
    private final Containers containers;
    private final Map<Integer, Drawn> drawn = new HashMap<>();
    private final Set<Integer> drawing = new HashSet<>();

    private SchemaCompiler(SchemaLimits limits, Formats formats, Workbench work) {
        this.limits = limits;
        this.work = work;
        this.strings = new Strings(formats, work);
        this.numerals = new Numerals(work, limits);
        this.choices = new NodeChoices(work, (a, b) -> provablyEmpty(goal(List.of(a, b)), MAX_PROOF_DEPTH));
        this.goals = new GoalTable(limits.maxShapes());
        this.containers = new Containers(strings, this::goal, this::names);
    }

    /**
     * Compiles a schema's text.
     *
     * @param objects whether of what meets it objects alone count, though it may not say so itself
     */
    public static SchemaGraph compile(
            String schema, boolean objects, SchemaLimits limits, Formats formats, Workbench work) {
        SchemaNode root = new SchemaReader(JsonReader.read(schema, limits)).root();
        List<SchemaNode> met = objects ? List.of(root, SchemaNode.ofTypes("#", SchemaNode.OBJECT)) : List.of(root);
        return new SchemaCompiler(limits, formats, work).compile(root, met, objects ? "object" : "value");
    }

    /** Any JSON object. */
    public static SchemaGraph anyObject(SchemaLimits limits, Formats formats, Workbench work) {
        SchemaNode object = SchemaNode.ofTypes("#", SchemaNode.OBJECT);
        return new SchemaCompiler(limits, formats, work).compile(object, List.of(object), "object");
    }

    /**
     * @param root is to blame
     * @param met what the whole value has to meet
     * @param kind of value, for messages
     */
    private SchemaGraph compile(SchemaNode root, List<SchemaNode> met, String kind) {
        try {
            int start = goal(met);
            Map<Integer, Integer> places = new HashMap<>();
            List<Integer> queue = new ArrayList<>(List.of(start));
            places.put(start, 0);
            List<Shape> shapes = new ArrayList<>();
            for (int done = 0; done < queue.size(); done++) {
                Shape shape = draw(queue.get(done)).shape();
                shapes.add(shape);
                for (int child : Trimming.children(shape)) {
                    if (places.putIfAbsent(child, queue.size()) == null) {
                        queue.add(child);
                    }
                }
            }
            List<Shape> placed = new ArrayList<>();
            shapes.forEach(shape -> placed.add(shape.mapped(id -> java.util.Objects.requireNonNull(places.get(id)))));
            List<Shape> trimmed = new Trimming(placed, work).trim();
            if (trimmed.getFirst().isEmpty()) {
                throw root.error("", "no " + kind + " meets the schema");
            }
            return new SchemaGraph(trimmed);
        } catch (AutomatonException e) {
            throw root.error("", String.valueOf(e.getMessage()));
        }
    }

    private int goal(List<SchemaNode> nodes) {
        work.spend(nodes.size() + 1L);
        return goals.id(nodes.isEmpty() ? List.of(ANYTHING) : nodes);
    }

    private static final SchemaNode ANYTHING = new SchemaNode("#");

    private StringLanguage names(List<SchemaNode> schemas) {
        int goal = goal(schemas);
        if (drawing.contains(goal)) {
            throw schemas.getFirst().error("propertyNames", "comes back to itself");
        }
        StringLanguage language = draw(goal).shape().strings();
        return language == null ? strings.union(List.of()) : language;
    }

    private Drawn draw(int goal) {
        Drawn known = drawn.get(goal);
        if (known != null) {
            return known;
        }
        if (drawing.size() > MAX_NESTED) {
            throw goals.goal(goal).getFirst().error("oneOf", "is nested more than " + MAX_NESTED + " deep");
        }
        drawing.add(goal);
        Drawn result = join(new Expansion(choices, limits.maxAlternatives()).of(goals.goal(goal)), goal);
        drawing.remove(goal);
        drawn.put(goal, result);
        return result;
    }

    private static final int MAX_NESTED = 16;

    private Drawn join(Set<Set<SchemaNode>> conjuncts, int goal) {
        List<String> literals = new ArrayList<>();
        List<ByteDfa> numbers = new ArrayList<>();
        List<StringLanguage> texts = new ArrayList<>();
        Set<Shape.Items> arrays = new LinkedHashSet<>();
        Set<Shape.Members> objects = new LinkedHashSet<>();
        boolean exact = true;
        Set<BigDecimal> constants = new LinkedHashSet<>();
        Set<NumberConstraint> constraints = new LinkedHashSet<>();
        for (Set<SchemaNode> nodes : conjuncts) {
            Conjunct conjunct = new Conjunct(new ArrayList<>(nodes));
            exact &= isExact(conjunct);
            literal(conjunct, SchemaNode.NULL, new JsonValue.Null(), "null", literals);
            literal(conjunct, SchemaNode.BOOLEAN, new JsonValue.Bool(true), "true", literals);
            literal(conjunct, SchemaNode.BOOLEAN, new JsonValue.Bool(false), "false", literals);
            if (conjunct.has(SchemaNode.NUMBER)) {
                NumberConstraint constraint = conjunct.numberConstraint();
                if (conjunct.values() == null) {
                    if (constraints.add(constraint)) {
                        numbers.add(Strings.blame(
                                conjunct.numberSource(), "multipleOf", () -> numerals.language(constraint)));
                    }
                } else {
                    constants.addAll(conjunct.numbers(constraint));
                }
            }
            if (conjunct.has(SchemaNode.STRING)) {
                nodes.forEach(Containers::checkLengths);
                List<String> values = conjunct.strings();
                if (values == null || !values.isEmpty()) {
                    texts.add(strings.language(conjunct.nodes(), values, conjunct.notStrings()));
                }
            }
            containers(conjunct, arrays, objects);
            if (arrays.size() + objects.size() > limits.maxAlternatives()) {
                throw goals.goal(goal)
                        .getFirst()
                        .error(
                                "anyOf",
                                "has more than " + limits.maxAlternatives() + " arrays and objects to choose from");
            }
        }
        if (!constants.isEmpty()) {
            numbers.add(numerals.texts(List.copyOf(constants)));
        }
        return new Drawn(
                new Shape(
                        union(literals),
                        constraints.contains(NumberConstraint.NONE)
                                ? numerals.language(NumberConstraint.NONE)
                                : union(numbers, work),
                        language(texts),
                        List.copyOf(arrays),
                        List.copyOf(objects)),
                exact);
    }

    private void containers(Conjunct conjunct, Set<Shape.Items> arrays, Set<Shape.Members> objects) {
        List<List<SchemaNode>> variants = new ArrayList<>();
        if (conjunct.values() == null) {
            variants.add(conjunct.nodes());
        } else {
            for (JsonValue value : conjunct.values()) {
                if (value instanceof JsonValue.Array || value instanceof JsonValue.Members) {
                    List<SchemaNode> nodes = new ArrayList<>(conjunct.nodes());
                    nodes.add(SchemaNode.exactly(conjunct.nodes().getFirst().pointer, value));
                    variants.add(nodes);
                }
            }
        }
        for (List<SchemaNode> nodes : variants) {
            Conjunct whole = new Conjunct(nodes);
            Shape.Items items = whole.has(SchemaNode.ARRAY) ? containers.items(nodes) : null;
            if (items != null) {
                arrays.add(items);
            }
            Shape.Members members = whole.has(SchemaNode.OBJECT) ? containers.members(nodes) : null;
            if (members != null) {
                objects.add(members);
            }
        }
    }

    private boolean isExact(Conjunct conjunct) {
        for (SchemaNode node : conjunct.nodes()) {
            if (StringFormats.constrains(node.format) || choices.isInexact(node)) {
                return false;
            }
            for (SchemaNode.PatternTest test : node.patterns) {
                if (!strings.patternIsExact(node, test)) {
                    if (test.negated()) {
                        throw node.error("pattern", "cannot be denied: dialects read it differently");
                    }
                    return false;
                }
            }
        }
        return true;
    }

    private static void literal(Conjunct conjunct, int type, JsonValue value, String text, List<String> literals) {
        if (conjunct.literal(type, value)) {
            literals.add(text);
        }
    }

    private @Nullable ByteDfa union(List<String> literals) {
        return literals.isEmpty()
                ? null
                : Languages.texts(
                        literals.stream()
                                .map(text -> text.getBytes(StandardCharsets.US_ASCII))
                                .toList(),
                        work);
    }

    private static @Nullable ByteDfa union(List<ByteDfa> numbers, Workbench work) {
        ByteDfa all = null;
        for (ByteDfa one : numbers) {
            if (!one.isEmpty()) {
                all = all == null ? one : Languages.union(List.of(all, one), work);
            }
        }
        return all;
    }

    private @Nullable StringLanguage language(List<StringLanguage> texts) {
        StringLanguage all = strings.union(texts);
        return all.isEmpty() ? null : all;
    }

    /** Whether it is certain that a goal has no value; looks only so deep into what values must have. */
    private boolean provablyEmpty(int goal, int depth) {
        if (drawing.contains(goal)) {
            return false;
        }
        Drawn of = draw(goal);
        Shape shape = of.shape();
        if (!of.exact() || shape.literals() != null || shape.numbers() != null || shape.strings() != null) {
            return false;
        }
        return shape.arrays().stream().allMatch(items -> provablyEmpty(items, depth))
                && shape.objects().stream().allMatch(members -> provablyEmpty(members, depth));
    }

    private boolean provablyEmpty(Shape.Items items, int depth) {
        for (int i = 0; depth > 0 && i < Math.min(items.min(), items.prefix().size() + 1); i++) {
            if (provablyEmpty(items.child(i), depth - 1)) {
                return true;
            }
        }
        return items.min() > items.max();
    }

    private boolean provablyEmpty(Shape.Members members, int depth) {
        long required = 0;
        for (Shape.Property property : members.properties()) {
            if (property.required()) {
                required++;
                if (depth > 0 && provablyEmpty(property.child(), depth - 1)) {
                    return true;
                }
            }
        }
        return required > members.max()
                || (members.names() == null && members.properties().size() < members.min());
    }
}
