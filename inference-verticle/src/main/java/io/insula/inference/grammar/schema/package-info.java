/**
 * From JSON Schema to shapes: what values may look like, as automata for scalars and as lists of children for the rest.
 * Text enters, a graph of shapes leaves, on any thread and in bounded time; whatever cannot be said in shapes is refused
 * with its keyword and place.
 */
@NullMarked
package io.insula.inference.grammar.schema;

import org.jspecify.annotations.NullMarked;
