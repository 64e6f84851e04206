package io.insula.inference.grammar.schema;

import java.util.List;

/**
 * A compiled schema: shapes that refer to each other, each of which has a value.
 *
 * @param shapes by number; the whole value is shape 0
 */
public record SchemaGraph(List<Shape> shapes) {

    public SchemaGraph {
        shapes = List.copyOf(shapes);
    }
}
