package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Workbench;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the shapes that have a value and takes everything else out of the others, so that whoever goes into a child
 * comes out again.
 *
 * <p><b>Source:</b> the emptiness test of tree automata: Comon et al., "Tree automata techniques and applications", 2008,
 * 1.7.
 */
final class Trimming {

    /** Of a finite set of names no more than so many are taken. */
    private static final int MAX_FINITE_NAMES = 64;

    private final List<Shape> shapes;
    private final Workbench work;
    private final BitSet inhabited = new BitSet();

    Trimming(List<Shape> shapes, Workbench work) {
        this.shapes = shapes;
        this.work = work;
    }

    /** The shapes without what has no value; those without any value are empty. */
    List<Shape> trim() {
        List<TreeSet<Integer>> parents = new ArrayList<>();
        shapes.forEach(shape -> parents.add(new TreeSet<>()));
        Deque<Integer> queue = new ArrayDeque<>();
        for (int id = 0; id < shapes.size(); id++) {
            int parent = id;
            children(shapes.get(id)).forEach(child -> parents.get(child).add(parent));
            queue.add(id);
        }
        while (!queue.isEmpty()) {
            int id = queue.remove();
            if (!inhabited.get(id) && hasValue(shapes.get(id))) {
                inhabited.set(id);
                queue.addAll(parents.get(id));
            }
        }
        List<Shape> trimmed = new ArrayList<>();
        for (Shape shape : shapes) {
            trimmed.add(new Shape(
                    shape.literals(),
                    shape.numbers(),
                    shape.strings(),
                    shape.arrays().stream()
                            .map(this::trim)
                            .filter(java.util.Objects::nonNull)
                            .distinct()
                            .toList(),
                    shape.objects().stream()
                            .map(this::trim)
                            .filter(java.util.Objects::nonNull)
                            .distinct()
                            .toList()));
        }
        return trimmed;
    }

    static List<Integer> children(Shape shape) {
        List<Integer> children = new ArrayList<>();
        for (Shape.Items items : shape.arrays()) {
            children.addAll(items.prefix());
            children.add(items.rest());
        }
        for (Shape.Members members : shape.objects()) {
            members.properties().forEach(property -> children.add(property.child()));
            if (members.names() != null) {
                children.addAll(members.names().children());
            }
        }
        return children;
    }

    private boolean hasValue(Shape shape) {
        return shape.literals() != null
                || shape.numbers() != null
                || shape.strings() != null
                || shape.arrays().stream().anyMatch(items -> trim(items) != null)
                || shape.objects().stream().anyMatch(members -> trim(members) != null);
    }

    private Shape.@Nullable Items trim(Shape.Items items) {
        work.spend(items.prefix().size() + 1L);
        int max = items.max();
        for (int i = 0; i < items.prefix().size() && i < max; i++) {
            if (!inhabited.get(items.prefix().get(i))) {
                max = i;
            }
        }
        if (max > items.prefix().size() && !inhabited.get(items.rest())) {
            max = items.prefix().size();
        }
        if (max < items.min()) {
            return null;
        }
        List<Integer> prefix =
                items.prefix().subList(0, Math.min(max, items.prefix().size()));
        return new Shape.Items(prefix, items.rest(), items.min(), max);
    }

    private Shape.@Nullable Members trim(Shape.Members members) {
        work.spend(members.properties().size() + 1L);
        List<Shape.Property> properties = new ArrayList<>();
        int required = 0;
        for (Shape.Property property : members.properties()) {
            if (inhabited.get(property.child())) {
                properties.add(property);
                required += property.required() ? 1 : 0;
            } else if (property.required()) {
                return null;
            }
        }
        Shape.Names names = trim(members.names());
        int max = members.max();
        if (names != null) {
            // Names that can run out must not do so before the object may end.
            long words =
                    names.language() == null ? Long.MAX_VALUE : names.language().words()[0];
            int enough = (int) Math.min(words, MAX_FINITE_NAMES);
            if (words != Long.MAX_VALUE && enough < Math.max(required, members.min())) {
                names = null;
            } else if (words != Long.MAX_VALUE) {
                max = Math.min(max, enough);
            }
        }
        if (required > max || members.min() > max || (names == null && properties.size() < members.min())) {
            return null;
        }
        return new Shape.Members(properties, names, members.min(), max);
    }

    private Shape.@Nullable Names trim(Shape.@Nullable Names names) {
        if (names == null || names.children().stream().noneMatch(inhabited::get)) {
            return null;
        }
        if (names.language() == null) {
            return names;
        }
        ByteDfa language =
                names.language().retagged(tag -> inhabited.get(names.children().get(tag)) ? tag : ByteDfa.NONE, work);
        return language.isEmpty() ? null : new Shape.Names(language, names.children(), names.reserved());
    }
}
